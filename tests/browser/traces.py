"""What a test leaves in a tab: scripts, routes, listeners, permissions, debuggers. It is undone before the next test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from playwright.async_api import Page

from tests.browser.open_pages import PATIENCE

STAYS = (
    "expose_function", "expose_binding", "route_web_socket", "set_extra_http_headers", "set_geolocation",
    "add_locator_handler",
)  # fmt: skip
STAYS_OF_CLOCK = ("install", "set_fixed_time", "set_system_time", "pause_at")
"""What a test may call on a page, its context or its clock that cannot be undone."""
LEAPS = ("fast_forward", "run_for", "resume")
MOST_LEAPS = 60
"""Leaps of a clock in one tab. Each is a script that all later pages of the tab run."""

Call = Callable[..., Any]
Undo = Callable[[], Awaitable[object]]


class Traces:
    """Watches what tests call on a page, its context and its clock."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._undo: list[Undo] = []
        self._stays = False
        self._leaps = 0
        self.begin_clock: Call = page.clock.install
        context = page.context
        for thing in (page, context):
            for name in STAYS:
                self._before(thing, name, self._stay)
            for name in ("on", "once"):
                self._before(thing, name, self._forget_listener(thing.remove_listener))
            self._before(thing, "route", self._later(thing.unroute_all, behavior="ignoreErrors"))
            self._after(thing, "add_init_script", lambda script: script.close)
        for name in STAYS_OF_CLOCK:
            self._before(page.clock, name, self._stay)
        for name in LEAPS:
            self._before(page.clock, name, self._leap)
        self._after(context, "new_cdp_session", lambda session: session.detach)
        self._before(context, "grant_permissions", self._later(context.clear_permissions))
        self._before(context, "set_offline", self._later(context.set_offline, False))
        self._media: set[str] = set()
        self._before(page, "emulate_media", self._reset_media(page.emulate_media))
        self._before(page, "set_default_timeout", self._patient(page.set_default_timeout))

    async def undone(self) -> bool:
        """Undo what was called since the last time. Return False if something stays: then the tab must be closed."""
        undo, self._undo = self._undo, []
        if self._stays or self._leaps > MOST_LEAPS:
            return False
        for one in reversed(undo):
            await one()
        return True

    def _before(self, thing: Any, name: str, note: Call) -> None:
        """Call `note` with the arguments of each call of the method."""
        method = getattr(thing, name, None)
        if method is None:
            return

        def watched(*values: Any, **named: Any) -> Any:
            note(*values, **named)
            return method(*values, **named)

        setattr(thing, name, watched)

    def _after(self, thing: Any, name: str, undo_of: Callable[[Any], Undo]) -> None:
        """Undo each call of the method by what it returned."""
        method = getattr(thing, name)

        async def watched(*values: Any, **named: Any) -> Any:
            made = await method(*values, **named)
            self._undo.append(undo_of(made))
            return made

        setattr(thing, name, watched)

    def _stay(self, *_: Any, **__: Any) -> None:
        self._stays = True

    def _leap(self, *_: Any, **__: Any) -> None:
        self._leaps += 1

    def _later(self, method: Call, *values: Any, **named: Any) -> Call:
        def note(*_: Any, **__: Any) -> None:
            self._undo.append(lambda: method(*values, **named))

        return note

    def _reset_media(self, emulate: Call) -> Call:
        """Undo all calls at once, and only what they have named. Each makes the page compute its styles again."""

        async def reset() -> None:
            named, self._media = self._media, set()
            await emulate(**dict.fromkeys(named, "null"))

        def note(**named: Any) -> None:
            if not self._media:
                self._undo.append(reset)
            self._media |= named.keys()

        return note

    def _forget_listener(self, remove: Call) -> Call:
        def note(event: str, listener: Call) -> None:
            async def forget() -> None:
                # It is away already if it listened once and heard something, or if the test has removed it.
                with suppress(KeyError):
                    remove(event, listener)

            self._undo.append(forget)

        return note

    def _patient(self, set_timeout: Call) -> Call:
        def note(*_: Any, **__: Any) -> None:
            async def as_before() -> None:
                set_timeout(PATIENCE)

            self._undo.append(as_before)

        return note
