"""Pages that a visitor opens one after the other in the same browser tab.

A new context starts a process and fetches and compiles every file of the hub again, before anything is seen. A tab that is used again
has no cookie and nothing stored, but it has the files.
"""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from tests.browser.conftest import DESKTOP, PHONE, PagesOf
from tests.browser.looks import NARROW, let_go_of_phone

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
        await self._pages.go(page, PLAIN)
        await page.evaluate(EMPTY)
        await context.clear_cookies()
        self._free.setdefault(kind, []).append(page)
