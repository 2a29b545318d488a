"""A real Chromium against a real hub: pages are watched, and any complaint of the browser fails the test."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
import uvloop
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect

from hub.embedded.supervisor import ServerUrls
from tests.browser.hands_and_eyes import Open
from tests.browser.scene_hub import EmptiedHub, emptied_hub
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants

# The address bar's drop-downs, which no page has: two pages of their own for every context, a quarter of a test's time.
OMNIBOX = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
# A renderer kept ready for a page that never comes, another with every context.
SPARE = "SpareRendererForSitePerProcess"
# Of several such lists Chromium heeds the last, so what Playwright 1.65 switches off stands here as well.
SWITCHED_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying",
    "AimEnabled", "PreconnectToSearch", *OMNIBOX, SPARE,
)  # fmt: skip
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-site-isolation-trials",
    f"--disable-features={','.join(SWITCHED_OFF)}",
]  # fmt: skip
SYSTEM_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
UNHEARD = ("Failed to load resource", "WebSocket connection", "Service Worker registration blocked by Playwright")
"""Complaints that are none: a refusal of the API is an answer, and a hub that is stopped on purpose cannot be reached."""
PATIENCE = 15_000
"""Milliseconds until what is expected must be there: a machine busy with other things is slow, not wrong."""

expect.set_options(timeout=PATIENCE)


def chromium_path() -> str | None:
    """The browser to use: named, of the system, or None for the one playwright has installed."""
    named = os.environ.get("CHROMIUM")
    return named or next((p for name in SYSTEM_BROWSERS if (p := shutil.which(name))), None)


@pytest.fixture(scope="session")
def _session_scoped_runner() -> Iterator[asyncio.Runner]:
    """pytest-asyncio's, for the whole session indeed: its own ends with every test, and all that was started on it.

    Its own depends on the loop factory, which is a parameter of each test. Browser, driver and scenes would start 500 times.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        asyncio.set_event_loop(runner.get_loop())
        yield runner
        asyncio.set_event_loop(None)


@pytest.fixture(scope="session")
def driver(_session_scoped_runner: asyncio.Runner) -> Iterator[Playwright]:
    """Playwright, one for all tests of a worker process: it runs on the loop it was started on."""
    manager = async_playwright()
    yield _session_scoped_runner.run(manager.start())
    _session_scoped_runner.run(manager.__aexit__())


@pytest.fixture
def _function_scoped_runner(
    request: pytest.FixtureRequest, _session_scoped_runner: asyncio.Runner, driver: Playwright
) -> Iterator[asyncio.Runner]:
    """pytest-asyncio's, for everything below this folder: Playwright's loop. What a test leaves running on it is ended.

    The hub of a whole file goes on, and ends what it began when it is closed.
    """
    loop = _session_scoped_runner.get_loop()
    before = asyncio.all_tasks(loop)
    yield _session_scoped_runner
    if not request.node.get_closest_marker("one_hub"):
        _session_scoped_runner.run(_end(asyncio.all_tasks(loop) - before))


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub_of_file(servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmptiedHub]:
    """The hub of all tests of a file that are marked `one_hub`."""
    async with emptied_hub(servers, tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def hub_opener(request: pytest.FixtureRequest) -> Callable[[], Awaitable[Hub]]:
    """What opens the test's hub: the file's, emptied, where the test is marked `one_hub`; else one of the test alone."""
    mark = request.node.get_closest_marker("one_hub")
    if mark is None:
        opener: Callable[[], Awaitable[Hub]] = request.getfixturevalue("open_hub")
        return opener
    of_file: EmptiedHub = request.getfixturevalue("hub_of_file")
    return partial(of_file.opened, **mark.kwargs)


@pytest.fixture
async def hub(hub_opener: Callable[[], Awaitable[Hub]]) -> AsyncIterator[Hub]:
    """A running hub. After the test every promise of the database must hold."""
    hub = await hub_opener()
    yield hub
    broken = await broken_invariants(hub.database)
    assert not broken, broken


class Chromium:
    """One process for all tests of a worker process, and another after it has crashed."""

    def __init__(self, driver: Playwright) -> None:
        self._driver = driver
        self._running: Browser | None = None

    async def running(self) -> Browser:
        if self._running is None or not self._running.is_connected():
            self._running = await self._driver.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        return self._running


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Chromium:
    return Chromium(driver)


@pytest.fixture
async def browser(chromium: Chromium) -> AsyncIterator[Browser]:
    """Every test makes contexts of its own in it; a context shares nothing with another and ends with the test."""
    browser = await chromium.running()
    kept = set(browser.contexts)
    yield browser
    for context in set(browser.contexts) - kept:
        await context.close()


class Complaints:
    """What browsers said that nobody wants to hear: script errors, policy violations, requests to elsewhere."""

    def __init__(self, own: str) -> None:
        self.own = own
        self.heard: list[str] = []

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in UNHEARD):
            self.heard.append(f"{message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.own, "data:", "blob:", self.own.replace("http", "ws", 1))):
            self.heard.append(f"request to {request.url}")


@pytest.fixture
async def open_page(browser: Browser, hub: Hub) -> AsyncIterator[Open]:
    """`await open_page("/reserve", phone=True)`: a page of a person of their own (own cookies, own storage).

    `scripts=False` switches JavaScript off; `locale` is the language the browser asks for. With `clock=True` the page's time
    goes by as ever and can be turned on: `await page.clock.fast_forward(61_000)`. Only with `works_offline=True` may a page keep
    its files on the device: every new device would fetch all of them.
    """
    complaints = Complaints(hub.url)
    async with opened_pages(browser, hub.url, complaints) as open_one:
        yield open_one
    assert complaints.heard == []


@asynccontextmanager
async def opened_pages(browser: Browser, hub_url: str, complaints: Complaints) -> AsyncIterator[Open]:
    """See `open_page`; what was opened is closed at the end."""
    contexts: list[BrowserContext] = []

    async def open_one(
        path: str, *, phone: bool = False, token: str | None = None, gate: str | None = None, scripts: bool = True,
        locale: str = "en-GB", clock: bool = False, works_offline: bool = False,
    ) -> Page:  # fmt: skip
        context = await browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=scripts,
            locale=locale,
            timezone_id="Europe/Rome",
            service_workers="allow" if works_offline else "block",
        )
        contexts.append(context)
        if token is not None:
            await context.add_cookies([{"name": "hub_session", "value": token, "url": hub_url, "httpOnly": True}])
        if gate is not None:
            await context.add_init_script(f"localStorage.setItem('venue-hub.gate', '{gate}')")
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        complaints.listen(page)
        if clock:
            await page.clock.install()
        await page.goto(hub_url + path)
        return page

    yield open_one
    for context in contexts:
        await context.close()
