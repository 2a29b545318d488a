"""Input and inspection beyond a click: what a person or a scanner does on a page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO

import zxingcpp
from PIL import Image
from playwright.async_api import Page, Request

Open = Callable[..., Awaitable[Page]]

# From the end of the code to the painted colour; the answer before is put away first.
TO_COLOUR = """(code) => new Promise((resolve) => {
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  document.getElementById('code').value = code;
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (!document.body.dataset.verdict) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  });
  setTimeout(() => {
    watch.observe(document.body, { attributes: true, attributeFilter: ['data-verdict'] });
    document.getElementById('entry').requestSubmit();
  });
})"""


async def read_qr(page: Page, selector: str = "#qr") -> str:
    """What a camera reads from the screen."""
    picture = await page.locator(selector).screenshot()
    found = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    assert len(found) == 1, f"{len(found)} codes on the screen"
    return str(found[0].text)


async def key_in(page: Page, code: str) -> None:
    """A hardware scanner: it types wherever the focus is, fast, and ends with Enter."""
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")


async def time_stands_still(page: Page) -> None:
    """From now on no time goes by for the page, however long a busy machine takes over a key: only `later` turns it on."""
    await page.evaluate("() => { const at = performance.now(); performance.now = () => at; }")


@asynccontextmanager
async def without_asking(page: Page) -> AsyncIterator[None]:
    """What is shown within was told to the page: it asks the hub for nothing, by a timer or otherwise."""
    asked: list[str] = []

    def heard(request: Request) -> None:
        asked.append(request.url)

    page.on("request", heard)
    yield
    page.remove_listener("request", heard)
    assert asked == [], "told over the line, not asked for"


async def later(page: Page, ms: int = 3_050) -> None:
    """For the page so much time has gone by: by itself, the seconds in which the same code is the same scan."""
    await page.evaluate(
        "(ms) => { const now = performance.now.bind(performance); performance.now = () => now() + ms; }", ms
    )
