"""Pages that a visitor opens one after the other in the same browser tab.

A new context starts a process and fetches and compiles every file of the hub again, before anything is seen. A tab that is used again
has no cookie and nothing stored, but it has the files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Page

from tests.browser.looks import NARROW, let_go_of_phone
from tests.browser.open_pages import DESKTOP, PHONE, Complaints, PagesOf

EMPTY = """async () => {
  localStorage.clear();
  sessionStorage.clear();
  for (const name of await caches.keys()) await caches.delete(name);
  for (const { name } of await indexedDB.databases()) {
    await new Promise((next) => { indexedDB.deleteDatabase(name).onsuccess = next; });
  }
}"""
ALIKE = {"phone", "locale", "gate"}
"""The arguments of `open_page` that say what a tab is like. Whoever asks for another one gets a tab of their own."""
PLAIN = "/healthz"
"""A page of the hub without a script."""

OF_PAGE = (
    "add_init_script", "expose_function", "expose_binding", "route", "route_web_socket", "on", "once",
    "set_extra_http_headers", "set_default_timeout", "add_locator_handler",
)  # fmt: skip
OF_CONTEXT = (
    "add_init_script", "expose_function", "expose_binding", "route", "route_web_socket", "on", "once",
    "set_extra_http_headers", "grant_permissions", "set_geolocation", "new_cdp_session",
)  # fmt: skip
OF_CLOCK = ("install", "set_fixed_time", "set_system_time", "pause_at")
"""What a test may call on a page, its context or its clock that stays when the page is emptied."""

Kind = frozenset[tuple[str, Any]]


class ReusedPages:
    """Opens pages as `open_page` does."""

    def __init__(self, pages: PagesOf) -> None:
        self._pages = pages
        self._kinds: dict[Page, Kind] = {}
        self._free: dict[Kind, list[Page]] = {}

    async def open(self, path: str, *, token: str | None = None, **how: Any) -> Page:
        if not how.keys() <= ALIKE:
            return await self._pages.open(path, token=token, **how)
        kind = frozenset(how.items())
        if free := self._free.get(kind):
            page = free.pop()
            await page.set_viewport_size(PHONE if how.get("phone") else DESKTOP)
            await self._pages.go(page, path, token=token)
        else:
            page = await self._pages.open(path, token=token, **how)
            self._kinds[page] = kind
        return page

    def contexts(self) -> set[BrowserContext]:
        return {page.context for page in self._kinds}

    async def close(self, page: Page) -> None:
        """Close the page with all others of its context, or empty it for another one."""
        context = page.context
        kind = self._kinds.get(page)
        if kind is None:
            await context.close()
            return
        for other in context.pages:
            if other != page:
                await other.close()
        await context.set_offline(False)
        await let_go_of_phone(page)
        # Another size than the one that Playwright remembers, or it would not set that one again.
        await page.set_viewport_size(NARROW)
        await page.emulate_media(media="null", color_scheme="null", reduced_motion="null")
        await page.mouse.move(0, 0)
        await self._pages.go(page, PLAIN)
        await page.evaluate(EMPTY)
        await context.clear_cookies()
        self._free.setdefault(kind, []).append(page)


class TabsOfFile:
    """The tabs that the tests of a file with a shared hub use one after the other.

    A tab is closed and not used again when its test has called anything of `OF_PAGE`, `OF_CONTEXT` or `OF_CLOCK`, has
    closed the page, or has stopped the hub.
    """

    def __init__(self) -> None:
        self.complaints = Complaints("")
        self._browser: Browser | None = None
        self._pages: PagesOf | None = None
        self._opened: list[Page] = []
        self._watched: set[Page] = set()
        self._marked: set[Page] = set()

    def begin(self, browser: Browser, hub_url: str) -> None:
        """Begin a test. Tabs of another browser, or of a hub at another address, are not used again."""
        if self._browser is not browser or self.complaints.own != hub_url:
            self._browser, self.complaints = browser, Complaints(hub_url)
            self._pages = PagesOf(browser, hub_url, self.complaints)
            self._tabs = ReusedPages(self._pages)
        self.complaints.heard.clear()

    async def open(self, path: str, *, unseen: bool = False, **how: Any) -> Page:
        """Open a page as `open_page` does. `unseen`: in a browser that has no file of the hub."""
        assert self._pages is not None
        page = await (self._pages if unseen else self._tabs).open(path, **how)
        self._opened.append(page)
        if page not in self._watched:
            self._watched.add(page)
            for thing, names in ((page, OF_PAGE), (page.context, OF_CONTEXT), (page.clock, OF_CLOCK)):
                for name in names:
                    setattr(thing, name, self._marking(page, getattr(thing, name)))
        return page

    def _marking(self, page: Page, call: Callable[..., Any]) -> Callable[..., Any]:
        def marked(*values: Any, **named: Any) -> Any:
            self._marked.add(page)
            return call(*values, **named)

        return marked

    async def leave(self) -> None:
        """End a test: empty its tabs, and close those in which something is left."""
        opened, self._opened = self._opened, []
        for page in opened:
            try:
                if page in self._marked or page.is_closed():
                    await page.context.close()
                else:
                    await self._tabs.close(page)
            except Error:
                # The hub is away, so the tab cannot be emptied.
                await page.context.close()

    def contexts(self) -> set[BrowserContext]:
        """Return the contexts of all tabs that can be used again."""
        return set() if self._pages is None else self._tabs.contexts()

    async def close(self) -> None:
        if self._pages is not None:
            await self._pages.close()
