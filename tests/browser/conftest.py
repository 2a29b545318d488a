"""A real Chromium against a real hub: pages are watched, and any complaint of the browser fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from stage import Hub

from tests.browser.hands_and_eyes import Open

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE = 15_000
"""Milliseconds until what is expected must be there: a machine busy with other things is slow, not wrong."""

expect.set_options(timeout=PATIENCE)


def chromium_path() -> str | None:
    """The browser to use: named, of the system, or None for the one playwright has installed."""
    named = os.environ.get("CHROMIUM")
    return named or next(
        (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None
    )


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        await browser.close()


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
        # A refusal of the API is an answer, and a hub that is stopped on purpose cannot be reached.
        expected = "Failed to load resource" in message.text or "WebSocket connection" in message.text
        if message.type in ("error", "warning") and not expected:
            self.heard.append(f"{message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.own, "data:", "blob:", self.own.replace("http", "ws", 1))):
            self.heard.append(f"request to {request.url}")


@pytest.fixture
async def open_page(browser: Browser, hub: Hub) -> AsyncIterator[Open]:
    """`await open_page("/reserve", phone=True)`: a page of a person of their own (own cookies, own storage).

    `scripts=False` switches JavaScript off; `locale` is the language the browser asks for.
    """
    complaints = Complaints(hub.url)
    contexts: list[BrowserContext] = []

    async def open_one(
        path: str, *, phone: bool = False, token: str | None = None, gate: str | None = None, scripts: bool = True,
        locale: str = "en-GB",
    ) -> Page:  # fmt: skip
        context = await browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=scripts,
            locale=locale,
            timezone_id="Europe/Rome",
        )
        contexts.append(context)
        if token is not None:
            await context.add_cookies([{"name": "hub_session", "value": token, "url": hub.url, "httpOnly": True}])
        if gate is not None:
            await context.add_init_script(f"localStorage.setItem('venue-hub.gate', '{gate}')")
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        complaints.listen(page)
        await page.goto(hub.url + path)
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert complaints.heard == []
