"""Fixtures of the browser tests: a real Chromium against a real hub. Any error that the browser reports fails the test."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect

from tests.browser.hands_and_eyes import Open, device_in_use
from tests.support.hub import Hub

# Drop-downs of the address bar: two hidden pages for every context, which took a quarter of a test's time.
OMNIBOX = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
# A spare renderer for every context, which no page uses.
SPARE = "SpareRendererForSitePerProcess"
# Chromium uses only the last list of disabled features, so this list repeats those that Playwright 1.65 disables.
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
"""Console messages that are not errors: refusals of the API, and requests to a hub that a test has stopped."""
PATIENCE = 15_000
"""Milliseconds to wait for an expected state. It is long, because a busy machine is slow and not wrong."""

expect.set_options(timeout=PATIENCE)


def chromium_path() -> str | None:
    """Return the browser: the one in the environment, the system's, or None for the one that Playwright installed."""
    named = os.environ.get("CHROMIUM")
    return named or next((p for name in SYSTEM_BROWSERS if (p := shutil.which(name))), None)


@pytest.fixture(scope="session")
def driver(_session_scoped_runner: asyncio.Runner) -> Iterator[Playwright]:
    """One Playwright for all tests of a worker process, because it runs on the loop it was started on."""
    manager = async_playwright()
    yield _session_scoped_runner.run(manager.start())
    _session_scoped_runner.run(manager.__aexit__())


@pytest.fixture
def _function_scoped_runner(
    request: pytest.FixtureRequest, _session_scoped_runner: asyncio.Runner, driver: Playwright
) -> Iterator[asyncio.Runner]:
    """Replace pytest-asyncio's runner for all tests in this folder by Playwright's loop. Tasks of a test are cancelled
    after it.

    The hub of a file keeps its tasks, and ends them when it is closed.
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


class Chromium:
    """The Chromium process for all tests of a worker process. It is started again after a crash."""

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
    """The browser. Every test makes its own contexts, which share nothing and end with the test."""
    browser = await chromium.running()
    kept = set(browser.contexts)
    yield browser
    for context in set(browser.contexts) - kept:
        await context.close()


class Complaints:
    """Errors that browsers reported: script errors, policy violations, requests to other sites."""

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
    """`await open_page("/reserve", phone=True)` opens a page with its own cookies and storage.

    `scripts=False` disables JavaScript. `locale` is the browser's language. With `clock=True` the page's time runs as
    usual and can be advanced: `await page.clock.fast_forward(61_000)`. Service workers need `works_offline=True`,
    because every new page would fetch all files.
    """
    complaints = Complaints(hub.url)
    pages = PagesOf(browser, hub.url, complaints)
    yield pages.open
    await pages.close()
    assert complaints.heard == []


class PagesOf:
    """Opens pages of a hub in a browser, and closes them all at the end. See `open_page`."""

    def __init__(self, browser: Browser, hub_url: str, complaints: Complaints) -> None:
        self._browser = browser
        self._hub_url = hub_url
        self._complaints = complaints
        self._contexts: list[BrowserContext] = []

    async def open(
        self, path: str, *, phone: bool = False, token: str | None = None, gate: str | None = None,
        scripts: bool = True, locale: str = "en-GB", clock: bool = False, works_offline: bool = False,
    ) -> Page:  # fmt: skip
        context = await self._browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=scripts,
            locale=locale,
            timezone_id="Europe/Rome",
            service_workers="allow" if works_offline else "block",
        )
        self._contexts.append(context)
        if gate is not None:
            await context.add_init_script(device_in_use(gate))
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        self._complaints.listen(page)
        if clock:
            await page.clock.install()
        await self.go(page, path, token=token)
        return page

    async def go(self, page: Page, path: str, *, token: str | None = None) -> None:
        """Open another path in a page, with a session's token."""
        if token is not None:
            session = {"name": "hub_session", "value": token, "url": self._hub_url, "httpOnly": True}
            await page.context.add_cookies([session])
        await page.goto(self._hub_url + path)

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()
