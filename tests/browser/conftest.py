"""Fixtures of the browser tests: a real Chromium against a real hub. Any error that the browser reports fails the test."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright, expect

from hub.embedded.ports_and_passwords import is_free
from hub.embedded.supervisor import ServerUrls
from tests.browser.axe import serve_axe
from tests.browser.hands_and_eyes import Open
from tests.browser.looking_often import look_often
from tests.browser.open_pages import PATIENCE
from tests.browser.reused_pages import TabsOfWorker
from tests.support.emptied_hub import EmptiedHubs, emptied_hubs
from tests.support.hub import Hub, settings_for
from tests.support.kept_databases import DatabaseStock
from tests.support.ports import free_port

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
# The same with the enabled ones. A network service of its own hands each file over from process to process once more.
SWITCHED_ON = ("CDPScreenshotNewSurface", "SkipListAccountsWithoutGaiaCookies", "NetworkServiceInProcess2")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-site-isolation-trials",
    f"--disable-features={','.join(SWITCHED_OFF)}", f"--enable-features={','.join(SWITCHED_ON)}",
]  # fmt: skip
SYSTEM_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

expect.set_options(timeout=PATIENCE)
look_often()


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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tabs(chromium: Chromium) -> AsyncIterator[TabsOfWorker]:
    """The browser tabs that the tests of a worker process use one after the other."""
    tabs = TabsOfWorker()
    yield tabs
    await tabs.close()


@pytest.fixture(scope="session")
def port_of_hub() -> Callable[[], int]:
    """Return the same port for each hub that is alone, so that tabs have its files from the hub before."""
    port = free_port()
    # Hubs share their ports, so two of them would both listen.
    return lambda: port if is_free(port) else free_port()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub_of_file(
    database_stock: DatabaseStock,
    servers: ServerUrls,
    tmp_path_factory: pytest.TempPathFactory,
    port_of_hub: Callable[[], int],
) -> AsyncIterator[EmptiedHubs]:
    """The hub of all tests of a file with the mark `one_hub`. It serves axe."""
    folder, ports = tmp_path_factory.mktemp("hub"), [port_of_hub()]
    async with emptied_hubs(database_stock, servers.redis_url, folder, ports, prepare=serve_axe) as hubs:
        yield hubs


@pytest.fixture
async def browser(chromium: Chromium, tabs: TabsOfWorker) -> AsyncIterator[Browser]:
    """The browser. Every test makes its own contexts, which share nothing and end with the test."""
    browser = await chromium.running()
    kept = set(browser.contexts)
    yield browser
    for context in set(browser.contexts) - kept - tabs.contexts():
        await context.close()


@pytest.fixture
async def open_page(browser: Browser, hub: Hub, tabs: TabsOfWorker) -> AsyncIterator[Open]:
    """`await open_page("/reserve", phone=True)` opens a page with its own cookies and storage.

    `scripts=False` disables JavaScript. `locale` is the browser's language. With `clock=True` the page's time runs as
    usual and can be advanced: `await page.clock.fast_forward(61_000)`. Service workers need `works_offline=True`,
    because every new page would fetch all files.

    The tab is one that a test before has used, emptied: see `tests.browser.reused_pages`. `unseen=True` opens the page
    in a browser that has no file of the hub.
    """
    tabs.begin(browser, hub.url)
    yield tabs.open
    heard = [*tabs.complaints.heard]
    await tabs.leave()
    assert heard == []


@pytest.fixture
async def beside(hub: Hub) -> AsyncIterator[Hub]:
    """Another hub on the same servers."""
    same = hub.settings
    settings = settings_for(same.database_url or "", same.redis_url or "", same.data_dir, free_port())
    other = await Hub(settings, hub.clock).open()
    yield other
    await other.close()
