"""Security headers: on every response of every route, including errors."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.world import World
from web.api.openapi import plain_path
from web.api.table import ENDPOINTS
from web.middleware.headers import SCANNERS

PAGES = ["/", "/reserve", "/reserve?ticket=TKT-2025-ABC123-DEF456", "/r/some-token", "/operator/login", "/operator/scan",
         "/operator/scan/training", "/operator/scan/practice-codes", "/operator/manual",
         "/manager", "/favicon.ico", "/static/none.js", "/nothing", "/api/docs/page.css"]  # fmt: skip
API = [plain_path(endpoint.path).replace("{ticket_id}", "1").replace("{reservation_id}", "1") for endpoint in ENDPOINTS]


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_every_response_carries_the_security_headers(api: Api, world: World, method: str) -> None:
    for token in (None, await world.staff("MANAGER")):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        for path in (*PAGES, *API):
            async with api.hub.client.request(method, path, headers=headers, allow_redirects=False) as response:
                said = response.headers
                assert response.status < 500, path
                policy = said["Content-Security-Policy"]
                for part in ("default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
                    assert part in policy, path
                assert "unsafe" not in policy.replace("wasm-unsafe-eval", ""), path
                assert said["X-Content-Type-Options"] == "nosniff", path
                assert said["Referrer-Policy"] in ("no-referrer", "strict-origin-when-cross-origin"), path
                assert said["Cross-Origin-Opener-Policy"] == "same-origin", path
                assert said["Cross-Origin-Resource-Policy"] == "same-origin", path
                camera = "camera=(self)" if path in SCANNERS else "camera=()"
                assert camera in said["Permissions-Policy"], path
                assert said["X-Request-ID"], path
                assert said["Server"] == "venue-hub", path
                assert said["Cache-Control"], path
                assert "Strict-Transport-Security" not in said, path


async def test_only_the_scanner_and_its_code_reader_may_run_webassembly(api: Api, world: World) -> None:
    headers = {"Authorization": f"Bearer {await world.staff('MANAGER')}"}
    for path, may in (
        ("/operator/scan", True),
        ("/operator/scan/training", True),
        ("/static/js/features/scan/reader_worker.js", True),
        ("/manager", False),
        ("/reserve", False),
    ):
        async with api.hub.client.get(path, headers=headers) as response:
            assert response.status == 200, path
            policy = response.headers["Content-Security-Policy"]
        assert ("'wasm-unsafe-eval'" in policy) is may, path
        assert ("worker-src 'self'" in policy) is may, path


async def test_a_script_or_style_sheet_has_the_headers_of_a_part_and_everything_else_those_of_a_document(
    api: Api,
) -> None:
    """A browser ignores the policies of a part, and a first visit would pay half a kilobyte for each of 45 files."""
    for path, part in (
        ("/static/js/app/scan.js", True),
        ("/static/css/scan.css", True),
        ("/static/joined/css/scan.css", True),
        ("/static/js/features/scan/reader_worker.js", False),
        ("/static/icons.svg", False),
        ("/static/none.js", False),
        ("/operator/service_worker.js", False),
        ("/api/docs/page.css", False),
    ):
        async with api.hub.client.get(path) as response:
            said = response.headers
        for name in ("Content-Security-Policy", "X-Frame-Options", "Permissions-Policy", "Referrer-Policy"):
            assert (name not in said) is part, (path, name)
        assert said["X-Content-Type-Options"] == "nosniff", path
        assert said["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert said["X-Request-ID"], path
        assert said["Cache-Control"], path


async def test_personal_pages_and_answers_are_not_kept(api: Api) -> None:
    for path in ("/r/some-token", "/operator/login", "/api/tickets/1/status", "/api/reservations/1?token=x"):
        async with api.hub.client.get(path) as response:
            assert response.headers["Cache-Control"] == "no-store", path
            if path.startswith(("/r/", "/api/")):
                assert response.headers["Referrer-Policy"] == "no-referrer", path


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        ("/", True), ("/reserve", True), ("/shows", True), ("/robots.txt", True), ("/r/some-token", False), ("/w/some-token", False),
        ("/b/some-token", False), ("/invitation/some-token", False), ("/reserve?ticket=TKT-2025-ABC123-DEF456", False),
        ("/v/museum/reserve", True), ("/v/museum/reserve?ticket=TKT-2025-ABC123-DEF456", False),
        ("/operator/login", False), ("/manager", False), ("/admin", False), ("/api/docs", False),
    ],
)  # fmt: skip
async def test_search_engines_list_public_pages_and_none_that_opens_by_a_token(
    api: Api, path: str, listed: bool
) -> None:
    async with api.hub.client.get(path, allow_redirects=False) as response:
        assert ("X-Robots-Tag" not in response.headers) is listed
        assert response.headers.get("X-Robots-Tag", "noindex, nofollow") == "noindex, nofollow"


async def test_a_sane_request_id_is_kept_and_another_replaced(api: Api) -> None:
    kept = await api.get("/healthz", headers={"X-Request-ID": "abc-123.X"})
    assert kept.headers["X-Request-ID"] == "abc-123.X"
    for given in ("", "two words", "x" * 101, '"<script>', "\u00e9"):
        made = (await api.get("/healthz", headers={"X-Request-ID": given})).headers["X-Request-ID"]
        assert made != given
        assert len(made) == 16


async def test_the_socket_of_the_page_is_named_in_its_policy(api: Api) -> None:
    policy = (await api.get("/healthz")).headers["Content-Security-Policy"]
    assert f"connect-src 'self' ws://127.0.0.1:{api.hub.settings.port}" in policy


async def test_a_browser_gets_a_page_where_a_program_gets_json(api: Api) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml"}
    async with api.hub.client.get("/nothing", headers=browser) as response:
        assert (response.status, response.content_type) == (404, "text/html")
        assert "There is no page at this address" in await response.text()
    async with api.hub.client.get("/api/nothing", headers=browser) as response:
        assert (response.status, response.content_type) == (404, "application/json")


async def test_an_address_without_a_page_has_the_logo_the_languages_and_ways_on(api: Api) -> None:
    browser = {"Accept": "text/html"}
    async with api.hub.client.get("/nothing", headers=browser) as response:
        text = await response.text()
    assert re.search(r'<img src="/static/[^"]+/icon[.]svg"', text)
    for path in ("/", "/reserve", "/reserve/again", "/shows"):
        assert f'href="{path}"' in text
        async with api.hub.client.get(path, headers=browser) as response:
            assert response.status == 200, path
    # The link to another language is followed, and the choice is kept.
    assert 'href="?lang=zh-Hans"' in text
    async with api.hub.client.get("/nothing?lang=zh-Hans", headers=browser) as response:
        assert response.status == 404
        assert '<html lang="zh-Hans">' in await response.text()
        assert "hub_language=zh-Hans" in response.headers["Set-Cookie"]


async def test_our_own_failure_is_a_500_with_a_reference_and_nothing_else(
    open_hub: Callable[..., Awaitable[Hub]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(request: web.Request) -> web.Response:
        raise RuntimeError("the password is hunter2")

    hub = await open_hub()
    for route in hub.app.router.routes():
        if route.resource is not None and route.resource.canonical == "/healthz":
            monkeypatch.setattr(route, "_handler", broken)
    answer = await Api(hub).get("/healthz", headers={"X-Request-ID": "incident-7"})
    assert (answer.status, answer.code) == (500, "INTERNAL")
    assert answer.error["incident"] == "incident-7"
    assert b"hunter2" not in answer.body
    assert [record.exc_info for record in caplog.records if record.exc_info]
