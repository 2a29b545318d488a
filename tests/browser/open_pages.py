"""Pages of a hub that a test opens in a browser, and the errors that the browser reports on them."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.hands_and_eyes import device_in_use

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
UNHEARD = ("Failed to load resource", "WebSocket connection", "Service Worker registration blocked by Playwright")
"""Console messages that are not errors: refusals of the API, and requests to a hub that a test has stopped."""
PATIENCE = 15_000
"""Milliseconds to wait for an expected state. It is long, because a busy machine is slow and not wrong."""


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


class PagesOf:
    """Opens pages of a hub in a browser, and closes them all at the end. See `open_page`."""

    def __init__(self, browser: Browser, hub_url: str, complaints: Complaints) -> None:
        self._browser = browser
        self._hub_url = hub_url
        self._complaints = complaints
        self._contexts: list[BrowserContext] = []

    async def open(self, path: str, *, token: str | None = None, gate: str | None = None, **how: Any) -> Page:
        page = await self.new(**how)
        if gate is not None:
            await page.context.add_init_script(device_in_use(gate))
        await self.go(page, path, token=token)
        return page

    async def new(
        self, *, phone: bool = False, scripts: bool = True, locale: str = "en-GB", clock: bool = False,
        works_offline: bool = False, still: bool = False,
    ) -> Page:  # fmt: skip
        """Return an empty page with its own cookies and storage. On a `still` one nothing moves: it draws no frames in between."""
        context = await self._browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=scripts,
            locale=locale,
            timezone_id="Europe/Rome",
            service_workers="allow" if works_offline else "block",
            reduced_motion="reduce" if still else "no-preference",
        )
        self._contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        self._complaints.listen(page)
        if clock:
            await page.clock.install()
        return page

    async def go(self, page: Page, path: str, *, token: str | None = None) -> None:
        """Open another path in a page, with a session's token."""
        if token is not None:
            session: Any = {"name": "hub_session", "value": token, "url": self._hub_url, "httpOnly": True}
            await page.context.add_cookies([session])
        await page.goto(self._hub_url + path)

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()
