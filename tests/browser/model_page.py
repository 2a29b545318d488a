"""An empty page for tests of the page's own modules: no hub, and as a rule one page for all tests of a file.

page = module_page()          # in the test file; every test of it takes `page`
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, Route

from web.pages.static_files import STATIC_ROOT

# A secure address, like that of the pages: without it a browser provides neither keys nor random ids.
ORIGIN = "http://localhost"
TYPES = {".js": "text/javascript", ".json": "application/json", ".css": "text/css"}


async def _serve(route: Route) -> None:
    """Serve a static file by its address, `/static/<hash>/<name>`, and an empty page for any other address."""
    path = route.request.url.removeprefix(ORIGIN)
    if not path.startswith("/static/"):
        await route.fulfill(body="<!doctype html><title>empty</title>", content_type="text/html")
        return
    file = STATIC_ROOT / path.removeprefix("/static/").partition("/")[2]
    await route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])


@asynccontextmanager
async def empty_page(chromium: Any) -> AsyncIterator[Page]:
    """A page that can import modules. Any error on it fails the test."""
    browser = await chromium.running()
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Rome", service_workers="block")
    heard: list[str] = []
    page = await context.new_page()
    page.on("pageerror", lambda error: heard.append(str(error)))
    await context.route("**/*", _serve)
    await page.goto(f"{ORIGIN}/")
    yield page
    await context.close()
    assert heard == []


def module_page() -> Any:
    """Return the fixture: an empty page for all tests of the file."""

    @pytest_asyncio.fixture(scope="module", loop_scope="session")
    async def page(chromium: Any) -> AsyncIterator[Page]:
        async with empty_page(chromium) as page:
            yield page

    return page
