"""Hands and eyes: what a person or a scanner does at a page beyond a click."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO

import zxingcpp
from PIL import Image
from playwright.async_api import Page

Open = Callable[..., Awaitable[Page]]


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
