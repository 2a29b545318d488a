"""Pages that tests open one after the other in the same browser tab.

A new context starts a process and fetches and compiles every file of the hub again, before anything is seen. A tab that is used again
has no cookie and nothing stored, but it has the files: their URLs have the hash of their content, and all hubs have the same address.
"""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Page

from tests.browser.hands_and_eyes import device_in_use
from tests.browser.looks import NARROW, let_go_of_phone
from tests.browser.open_pages import DESKTOP, PHONE, Complaints, PagesOf
from tests.browser.traces import Traces

EMPTY = """async () => {
  localStorage.clear();
  sessionStorage.clear();
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
  for (const { name } of await indexedDB.databases()) {
    await new Promise((next) => { indexedDB.deleteDatabase(name).onsuccess = next; });
  }
}"""
ALIKE = {"phone", "locale", "clock", "works_offline", "still"}
"""The arguments of `open_page` that say what a tab is like. Whoever asks for another one gets a tab of their own."""
PLAIN = "/healthz"
"""A page of the hub without a script."""
MOST_FREE = 10
"""Free tabs of a worker process. Each is a process of Chromium."""

Kind = frozenset[tuple[str, Any]]


class ReusedPages:
    """Opens pages as `open_page` does."""

    def __init__(self, pages: PagesOf) -> None:
        self._pages = pages
        self._kinds: dict[Page, Kind] = {}
        self._traces: dict[Page, Traces] = {}
        self._free: list[Page] = []

    async def open(self, path: str, *, token: str | None = None, gate: str | None = None, **how: Any) -> Page:
        if not how.keys() <= ALIKE:
            return await self._pages.open(path, token=token, gate=gate, **how)
        kind = frozenset((name, value) for name, value in how.items() if value is not False)
        page = next((one for one in self._free if self._kinds[one] == kind), None)
        if page is None:
            page = await self._pages.new(**how)
            self._kinds[page] = kind
            self._traces[page] = Traces(page)
        else:
            self._free.remove(page)
            await page.set_viewport_size(PHONE if how.get("phone") else DESKTOP)
            if how.get("clock"):
                # The page's time is the present again.
                await self._traces[page].begin_clock()
        if gate is not None:
            await page.context.add_init_script(device_in_use(gate))
        await self._pages.go(page, path, token=token)
        return page

    def contexts(self) -> set[BrowserContext]:
        return {page.context for page in self._kinds}

    async def close(self, page: Page) -> None:
        """Empty the page for another one, with all others of its context closed. Close it when something would stay."""
        try:
            if page in self._kinds and not page.is_closed() and await self._traces[page].undone():
                await self._empty(page)
                self._free.append(page)
                if len(self._free) > MOST_FREE:
                    await self._end(self._free.pop(0))
                return
        except Error:
            # The hub is away, or the page does not let go.
            pass
        await self._end(page)

    async def _end(self, page: Page) -> None:
        self._kinds.pop(page, None)
        self._traces.pop(page, None)
        await page.context.close()

    async def _empty(self, page: Page) -> None:
        for other in page.context.pages:
            if other != page:
                await other.close()
        await let_go_of_phone(page)
        # Another size than the one that Playwright remembers, or it would not set that one again.
        await page.set_viewport_size(NARROW)
        await page.mouse.move(0, 0)
        await self._pages.go(page, PLAIN)
        await page.evaluate(EMPTY)
        await page.context.clear_cookies()


class TabsOfWorker:
    """The tabs that the tests of a worker process use one after the other.

    A tab is not used again when its test has left something in it that stays: see `tests.browser.traces`.
    """

    def __init__(self) -> None:
        self.complaints = Complaints("")
        self._browser: Browser | None = None
        self._opened: list[Page] = []

    def begin(self, browser: Browser, hub_url: str) -> None:
        """Begin a test. Tabs of another browser, or of a hub at another address, are not used again."""
        if self._browser is not browser or self.complaints.own != hub_url:
            self._browser, self.complaints = browser, Complaints(hub_url)
            self._pages = PagesOf(browser, hub_url, self.complaints)
            self._tabs = ReusedPages(self._pages)
        self.complaints.heard.clear()

    async def open(self, path: str, *, unseen: bool = False, **how: Any) -> Page:
        """Open a page as `open_page` does. `unseen`: in a browser that has no file of the hub."""
        page = await (self._pages if unseen else self._tabs).open(path, **how)
        self._opened.append(page)
        return page

    async def give_back(self, page: Page) -> None:
        """Empty a page before the end of its test, for another one of the test."""
        self._opened.remove(page)
        await self._tabs.close(page)

    async def leave(self) -> None:
        """End a test: empty its tabs, and close those in which something is left."""
        opened, self._opened = self._opened, []
        for page in opened:
            await self._tabs.close(page)

    def contexts(self) -> set[BrowserContext]:
        """Return the contexts of all tabs that can be used again."""
        return set() if self._browser is None else self._tabs.contexts()

    async def close(self) -> None:
        if self._browser is not None:
            await self._pages.close()
