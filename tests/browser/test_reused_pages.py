"""Tabs that tests use one after the other: empty for the next test, and closed where something stays in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.hands_and_eyes import Open
from tests.browser.reused_pages import TabsOfFile
from tests.support.hub import Hub
from tests.support.world import World

pytestmark = pytest.mark.one_hub

LEFT = """async () => ({
  local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length, cookies: document.cookie, online: navigator.onLine,
  dark: matchMedia('(prefers-color-scheme: dark)').matches, print: matchMedia('print').matches, width: innerWidth,
})"""
NOTHING = {
    "local": 0, "session": 0, "databases": 0, "caches": 0, "cookies": "", "online": True, "dark": False, "print": False,
    "width": 1280,
}  # fmt: skip
FILL = """async () => {
  localStorage.left = sessionStorage.left = 'behind';
  document.cookie = 'left=behind';
  await caches.open('left');
  await new Promise((done) => { indexedDB.open('left').onsuccess = done; });
}"""


async def listen(page: Page) -> None:
    page.on("request", lambda _: None)


TRACES: dict[str, Callable[[Page], Awaitable[object]]] = {
    "a script of every page": lambda page: page.add_init_script("window.left = 1"),
    "a script of every page of the context": lambda page: page.context.add_init_script("window.left = 1"),
    "an answer in place of the hub's": lambda page: page.route("**/left", lambda route: route.abort()),
    "a permission": lambda page: page.context.grant_permissions(["clipboard-read"]),
    "a clock of its own": lambda page: page.clock.install(),
    "a debugger": lambda page: page.context.new_cdp_session(page),
    "a listener": listen,
    "a closed page": lambda page: page.close(),
}


async def test_a_tab_that_is_used_again_has_nothing_of_the_visitor_before(
    browser: Browser, hub: Hub, world: World
) -> None:
    tabs = TabsOfFile()
    tabs.begin(browser, hub.url)
    page = await tabs.open("/", token=await world.staff())
    await page.evaluate(FILL)
    assert (await page.evaluate(LEFT))["databases"] == 1
    await page.emulate_media(media="print", color_scheme="dark")
    await page.set_viewport_size({"width": 500, "height": 500})
    popup = await page.context.new_page()
    await page.context.set_offline(True)
    await tabs.leave()
    assert popup.is_closed()
    tabs.begin(browser, hub.url)
    again = await tabs.open("/healthz")
    assert again is page
    assert await again.evaluate(LEFT) == NOTHING
    assert await again.context.cookies() == []
    await tabs.close()


@pytest.mark.parametrize("trace", TRACES)
async def test_a_tab_in_which_something_stays_is_closed(browser: Browser, hub: Hub, world: World, trace: str) -> None:
    tabs = TabsOfFile()
    tabs.begin(browser, hub.url)
    page = await tabs.open("/healthz")
    await TRACES[trace](page)
    await tabs.leave()
    assert page.is_closed()
    assert await tabs.open("/healthz") is not page
    await tabs.close()


async def test_a_browser_that_has_not_seen_the_hub_and_another_kind_of_screen_get_tabs_of_their_own(
    hub: Hub, world: World, open_page: Open
) -> None:
    first = await open_page("/")
    second, phone, unseen = await open_page("/"), await open_page("/", phone=True), await open_page("/", unseen=True)
    assert len({first.context, second.context, phone.context, unseen.context}) == 4
    await expect(phone.locator("main h1")).to_be_visible()
