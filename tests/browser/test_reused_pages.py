"""Tabs that tests use one after the other: empty for the next test, and closed where something stays in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.hands_and_eyes import Open
from tests.browser.offline_scanner import has_list
from tests.browser.reused_pages import TabsOfWorker
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


HEARD: list[str] = []


async def listen(page: Page) -> None:
    page.on("request", lambda request: HEARD.append(request.url))


async def ask_for_nothing(page: Page) -> None:
    page.once("dialog", lambda dialog: dialog.dismiss())


async def be_dark(page: Page) -> None:
    debugger = await page.context.new_cdp_session(page)
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    await debugger.send("Emulation.setEmulatedMedia", {"media": "screen", "features": features})
    assert (await page.evaluate(LEFT))["dark"]


UNDONE: dict[str, tuple[Callable[[Page], Awaitable[object]], str]] = {
    "a script of every page": (lambda page: page.add_init_script("window.left = 1"), "window.left === undefined"),
    "a script of every page of the context": (
        lambda page: page.context.add_init_script("window.left = 1"), "window.left === undefined"
    ),
    "an answer in place of the hub's": (
        lambda page: page.route("**/healthz", lambda route: route.fulfill(body="left")),
        "fetch('/healthz').then((one) => one.text()).then((text) => text !== 'left')",
    ),
    "an answer in place of the hub's in every page of the context": (
        lambda page: page.context.route("**/healthz", lambda route: route.fulfill(body="left")),
        "fetch('/healthz').then((one) => one.text()).then((text) => text !== 'left')",
    ),
    "a permission": (
        lambda page: page.context.grant_permissions(["geolocation"]),
        "navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state !== 'granted')",
    ),
    "no network": (lambda page: page.context.set_offline(True), "navigator.onLine"),
    "a look": (
        lambda page: page.emulate_media(color_scheme="dark"), "!matchMedia('(prefers-color-scheme: dark)').matches"
    ),
    "a debugger": (be_dark, "!matchMedia('(prefers-color-scheme: dark)').matches"),
    "a listener": (listen, "true"),
    "a listener that has not heard anything": (ask_for_nothing, "true"),
}  # fmt: skip
STAYS: dict[str, Callable[[Page], Awaitable[object]]] = {
    "a clock of its own": lambda page: page.clock.install(),
    "a function": lambda page: page.expose_function("left", lambda: 1),
    "a socket in place of the hub's": lambda page: page.route_web_socket("**/ws", lambda _: None),
    "a header": lambda page: page.set_extra_http_headers({"X-Left": "behind"}),
    "a closed page": lambda page: page.close(),
}


async def test_a_tab_that_is_used_again_has_nothing_of_the_visitor_before(
    browser: Browser, hub: Hub, world: World
) -> None:
    tabs = TabsOfWorker()
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


@pytest.mark.parametrize("trace", UNDONE)
async def test_what_a_test_leaves_in_a_tab_is_undone(browser: Browser, hub: Hub, world: World, trace: str) -> None:
    leave, gone = UNDONE[trace]
    tabs = TabsOfWorker()
    tabs.begin(browser, hub.url)
    page = await tabs.open("/healthz")
    await leave(page)
    await tabs.leave()
    HEARD.clear()
    again = await tabs.open("/healthz")
    assert again is page
    assert await again.evaluate(gone)
    assert HEARD == []
    await tabs.close()


@pytest.mark.parametrize("trace", STAYS)
async def test_a_tab_in_which_something_stays_is_closed(browser: Browser, hub: Hub, world: World, trace: str) -> None:
    tabs = TabsOfWorker()
    tabs.begin(browser, hub.url)
    page = await tabs.open("/healthz")
    await STAYS[trace](page)
    await tabs.leave()
    assert page.is_closed()
    assert await tabs.open("/healthz") is not page
    await tabs.close()


async def test_the_clock_of_a_tab_shows_the_present_again(browser: Browser, hub: Hub, world: World) -> None:
    tabs = TabsOfWorker()
    tabs.begin(browser, hub.url)
    page = await tabs.open("/healthz", clock=True)
    await page.clock.fast_forward(7_200_000)
    ahead = int(await page.evaluate("Date.now()"))
    await tabs.leave()
    again = await tabs.open("/healthz", clock=True)
    assert again is page
    assert await again.evaluate("Date.now()") < ahead - 3_600_000
    await tabs.close()


async def test_a_scanner_that_works_offline_leaves_no_service_worker(browser: Browser, hub: Hub, world: World) -> None:
    tabs = TabsOfWorker()
    tabs.begin(browser, hub.url)
    page = await tabs.open("/operator/scan", token=await world.staff(), gate="Gate A", works_offline=True)
    await has_list(page)
    await tabs.leave()
    again = await tabs.open("/healthz", works_offline=True)
    assert again is page
    assert await again.evaluate("navigator.serviceWorker.getRegistrations().then(({ length }) => length)") == 0
    assert await again.evaluate(LEFT) == NOTHING
    await tabs.close()


async def test_a_browser_that_has_not_seen_the_hub_and_another_kind_of_screen_get_tabs_of_their_own(
    hub: Hub, world: World, open_page: Open
) -> None:
    first = await open_page("/")
    second, phone, unseen = await open_page("/"), await open_page("/", phone=True), await open_page("/", unseen=True)
    assert len({first.context, second.context, phone.context, unseen.context}) == 4
    await expect(phone.locator("main h1")).to_be_visible()
