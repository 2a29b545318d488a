"""Checks of every page state: overflow, phone width, and the second language.

    async with Looks() as looks:
        await looks.look("barriers at a desk", assert_accessible(page))

Every look runs, whatever the one before it found. All failures are reported together, each under its name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from types import TracebackType
from typing import Any
from urllib.parse import urljoin
from weakref import WeakKeyDictionary

from playwright.async_api import CDPSession, Error, Page, ViewportSize, expect

from web.middleware.request_ring import LANGUAGE_COOKIE

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 640}
"""The width that WCAG 1.4.10 requires: 1280 pixels at 400 % zoom."""

# The page without its words: its address, the attributes of its body, and every visible element with an id and the
# number of its children.
OUTLINE = """() => {
  const seen = [...document.querySelectorAll('[id]')].filter((one) => one.checkVisibility({ visibilityProperty: true }));
  const said = Object.entries(document.body.dataset).map(([name, value]) => `${name}=${value}`);
  return [location.href, ...said, ...seen.map((one) => `${one.id} ${one.childElementCount}`)];
}"""
STICKING_OUT = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((one) => `${one.tagName.toLowerCase()}#${one.id}.${one.className}`).slice(0, 5)"""


class Looks:
    """Collects the failures of the looks at one state, and fails at the end with all of them."""

    def __init__(self) -> None:
        self.found: list[str] = []

    async def look(self, name: str, looking: Awaitable[Any]) -> Any:
        try:
            return await looking
        except (AssertionError, Error) as found:
            self.found.append(f"{name}: {found}")
            return None

    async def __aenter__(self) -> Looks:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            assert not self.found, "\n\n".join(self.found)


async def assert_nothing_sticks_out(page: Page) -> None:
    """Fail if any element makes the page scroll sideways."""
    found: list[str] = await page.evaluate(STICKING_OUT)
    assert found == [], f"wider than the screen: {found}"


_HELD: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()
"""The pages that are held as phones. Only the session that has changed a page's screen can restore it."""


async def hold_as_phone(page: Page, size: ViewportSize) -> None:
    """Give a page that was opened at a desktop a phone's small touch screen."""
    session = _HELD.get(page)
    if session is None:
        session = _HELD[page] = await page.context.new_cdp_session(page)
    await session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    screen = {**size, "screenWidth": size["width"], "screenHeight": size["height"]}
    await session.send("Emulation.setDeviceMetricsOverride", {**screen, "deviceScaleFactor": 1, "mobile": True})


async def let_go_of_phone(page: Page) -> None:
    """Give a page its desktop's screen again, if it was held as a phone."""
    session = _HELD.pop(page, None)
    if session is not None:
        # It is detached already if what was left in the tab has been undone.
        with suppress(Error):
            await session.detach()


async def reload_in(page: Page, language: str, *, seconds: float = 15) -> None:
    """Load the page again in another language, and wait until the same elements are visible as before."""
    before = await page.evaluate(OUTLINE)
    # The cookie is for the whole site. With a path in the address the browser would send it only below that path.
    site = urljoin(page.url, "/")
    await page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": site, "httpOnly": True}])
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", language)
    for _ in range(int(seconds * 20)):
        if (after := await page.evaluate(OUTLINE)) == before:
            return
        await asyncio.sleep(0.05)
    gone, new = sorted({*before} - {*after}), sorted({*after} - {*before})
    raise AssertionError(f"the state after a reload is another one: gone {gone}, new {new}")
