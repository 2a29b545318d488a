"""Every page in every state: no axe-core findings in light or dark, no overflow, no English word in Chinese, and no name or
code that a browser would translate.

A state is reached once and checked first in English on a desktop, then in Chinese on a phone. Only a state that a
reload would end is reached a second time, in Chinese from the start. The states of one area share a venue and two
visitors, who continue from state to state where one leads to the next, and with a scanner that is at rest again. A single
selected state is reached from the start. All areas share a hub, which is emptied before each, and the tabs of their process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize

from hub.embedded.supervisor import ServerUrls
from tests.browser.axe import SCHEMES, Scheme, assert_accessible
from tests.browser.conftest import Chromium
from tests.browser.kept_names import assert_names_kept
from tests.browser.looks import NARROW, PHONE, WIDE, Looks, assert_nothing_sticks_out, hold_as_phone, reload_in
from tests.browser.open_pages import Complaints
from tests.browser.pictures import WIDTHS, photograph
from tests.browser.reused_pages import TabsOfWorker
from tests.browser.scene_hub import emptied_scene, hub_of_scenes
from tests.browser.staff_states import ALL_STATES as STATES
from tests.browser.states import Scene, State, in_walks, leading_on
from tests.browser.test_chinese import CHINESE, assert_chinese
from tests.support.emptied_hub import EmptiedHubs
from tests.support.patience import wait_for_slow_servers
from tests.support.written_names import read_written_names

ALL = in_walks()
LEADING_ON = leading_on()
SHOWN = "() => JSON.stringify([{ ...document.body.dataset }, document.body.innerText])"


@pytest.fixture
def _function_scoped_runner(_session_scoped_runner: asyncio.Runner) -> asyncio.Runner:
    """Replace pytest-asyncio's runner by the session's loop.

    Its tasks are not cancelled after a test, because the scene's hub ends them.
    """
    return _session_scoped_runner


class Visitor:
    """A visitor with one page at a time. Opening another page closes the one before."""

    def __init__(self, scene: Scene, tabs: TabsOfWorker, **how: Any) -> None:
        self.scene = replace(scene, open=self._open)
        self.page: Page | None = None
        self.held = False
        self.scheme: Scheme = "light"
        self.size = PHONE if how.get("phone") else WIDE
        self._first = self.size
        self._tabs = tabs
        self._how = {**how, "still": True}

    async def _open(self, path: str, **how: Any) -> Page:
        await self.leave()
        self.page, self.held = await self._tabs.open(path, **self._how, **how), False
        self.scheme, self.size = "light", self._first
        return self.page

    async def leave(self) -> None:
        if self.page is not None:
            await self._tabs.give_back(self.page)
        self.page = self.scene.stands = self.scene.scanner = None

    async def take_over(self, other: Visitor) -> None:
        """Take the page of another visitor, who uses it as a phone."""
        await self.leave()
        self.page, self.held, other.page = other.page, True, None
        self.scheme, self.size = other.scheme, PHONE
        self.scene.scanner, other.scene.scanner, other.scene.stands = other.scene.scanner, None, None

    async def resize(self, size: ViewportSize) -> None:
        assert self.page is not None
        if size != self.size:
            await (hold_as_phone(self.page, size) if self.held else self.page.set_viewport_size(size))
        self.size = size

    async def show(self, scheme: Scheme) -> None:
        assert self.page is not None
        if scheme != self.scheme:
            await self.page.emulate_media(color_scheme=scheme)
        self.scheme = scheme

    async def assert_accessible(self) -> None:
        """Check the page as it is, and then in the other colour scheme, in which it is left."""
        assert self.page is not None
        schemes = SCHEMES if self.scheme == "light" else SCHEMES[::-1]
        await assert_accessible(self.page, schemes=schemes, show=self.show)

    async def stay(self, state: State) -> None:
        """Keep the page for states that are reached from this one, or with this scanner."""
        if self.page is None:
            return
        if state.name in LEADING_ON:
            self.scene.stands = (state.name, self.page)
        if state.name in LEADING_ON or self.scene.scanner is self.page:
            await self.resize(self._first)


@dataclass
class Visitors:
    english: Visitor
    chinese: Visitor
    complaints: Complaints


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def of_scenes(
    servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory, port_of_hub: Callable[[], int]
) -> AsyncIterator[EmptiedHubs]:
    """The hub of the scenes of all areas."""
    with pytest.MonkeyPatch.context() as patch:
        # A hub that answers 503 on a busy machine shows a RED without the decision that a state wants.
        wait_for_slow_servers(patch)
        async with hub_of_scenes(servers, tmp_path_factory.mktemp("scene"), port_of_hub()) as hub:
            yield hub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visitors(
    request: pytest.FixtureRequest, of_scenes: EmptiedHubs, chromium: Chromium, tabs: TabsOfWorker
) -> AsyncIterator[Visitors]:
    """Two visitors in the scene of one area."""
    async with emptied_scene(of_scenes) as world:
        tabs.begin(await chromium.running(), world.hub.url)
        scene = await Scene(world.hub, world, _nowhere).furnish()
        english = Visitor(scene, tabs, locale="en-GB")
        yield Visitors(english, Visitor(scene, tabs, locale=CHINESE, phone=True), tabs.complaints)
        await tabs.leave()


async def _nowhere(*_: object, **__: object) -> Page:
    raise AssertionError("a visitor opens pages")


@pytest.fixture(scope="module")
def state(request: pytest.FixtureRequest) -> State:
    return STATES[request.param]


# Both parameters have the scope of the module. Without it the narrowest scope counts, and every state would have its
# own scene.
@pytest.mark.parametrize(
    ("visitors", "state"),
    [(one.area, one.name) for one in ALL],
    ids=[one.name for one in ALL],
    indirect=True,
    scope="module",
)
async def test_a_state_has_no_barrier_at_any_width_and_in_chinese_no_english_word(
    state: State, visitors: Visitors, tmp_path: Path
) -> None:
    english, chinese = visitors.english, visitors.chinese
    visitors.complaints.heard.clear()
    page = await reached(state, english, visitors.complaints)
    async with Looks() as looks:
        await looks.look("barriers, English, desk", english.assert_accessible())
        for name, size in (("desk", WIDE), ("phone", PHONE), ("narrow", NARROW)):
            await english.resize(size)
            await looks.look(f"width, English, {name}", assert_nothing_sticks_out(page))
        if state.shows_code:
            await english.show("light")
            for width, height in WIDTHS.items():
                await english.resize({"width": width, "height": height})
                await looks.look(f"code in its photograph, {width}", photograph(page, tmp_path / f"{width}.png", state))
        if state.reloads:
            await hold_as_phone(page, PHONE)
            await looks.look("reload", reload_in(page, "zh-Hans"))
            await chinese.take_over(english)
        else:
            page = await reached(state, chinese, visitors.complaints)
        await looks.look("words, Chinese, phone", assert_chinese(page))
        # In Chinese no word of the page is like the name of a gate.
        names = await read_written_names(english.scene.hub.database)
        await looks.look("names, Chinese, phone", assert_names_kept(page, names))
        await looks.look("barriers, Chinese, phone", chinese.assert_accessible())
        for name, size in (("phone", PHONE), ("narrow", NARROW)):
            await chinese.resize(size)
            await looks.look(f"width, Chinese, {name}", assert_nothing_sticks_out(page))
    await english.stay(state)
    await chinese.stay(state)
    assert visitors.complaints.heard == []


async def reached(state: State, visitor: Visitor, complaints: Complaints) -> Page:
    """Reach the state. If that fails, the error says what the page shows and what the browser reported."""
    try:
        return await state.reach(visitor.scene)
    except Exception as error:
        if visitor.page is not None:
            error.add_note(f"{visitor.page.url} shows: {await visitor.page.evaluate(SHOWN)}")
        error.add_note(f"The browser reported: {complaints.heard}")
        raise


async def test_a_name_that_a_browser_would_translate_is_found(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content(
        "<p translate=no>Gate A</p><p>闸口 A</p><p>AB, Ann</p><p>…K7QX</p><p>TKT-2026-7BC3KM-9RT4WT</p>"
    )
    with pytest.raises(AssertionError) as found:
        await assert_names_kept(page, {"A", "Ann Lee"})
    said = str(found.value)
    assert all(one in said for one in ("\u95f8\u53e3 A", "K7QX", "TKT-2026"))
    assert "Gate A" not in said


async def test_what_is_wider_than_a_phone_is_found_although_the_phone_shows_it_smaller(browser: Browser) -> None:
    """A phone shrinks the page until all of it is in view, and `innerWidth` grows with it."""
    context = await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    page = await context.new_page()
    await page.set_content("<meta name=viewport content='width=device-width'><p style='width: 600px'>A")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with pytest.raises(AssertionError, match="wider than the screen"):
        await assert_nothing_sticks_out(page)


def test_every_state_is_reached_once() -> None:
    assert sorted(one.name for one in ALL) == sorted(STATES)
