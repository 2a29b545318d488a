"""Texts in a path: only what looks like a token is one, and everything else is answered with 404."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from yarl import URL

from tests.support.hub import Hub
from tests.support.world import World

WEB = Path(__file__).parents[2] / "web"
HOSTILE = ("%0d%0aX-Injected:%201", "%00", "%0b", "%7f", "%ff%fe", "%C3%A9", "a%20b", "a%2Fb", "%22%3E", "x" * 201)
PAGES = [
    ("GET", "/r/{}"), ("GET", "/r/{}/plain"), ("POST", "/r/{}/plain"),
    ("GET", "/w/{}"), ("GET", "/w/{}/plain"), ("POST", "/w/{}/plain"),
    ("GET", "/b/{}"), ("POST", "/b/{}"), ("GET", "/b/{}/move"), ("POST", "/b/{}/move"), ("GET", "/b/{}/cancel"),
    ("POST", "/b/{}/cancel"), ("GET", "/b/{}/print"), ("GET", "/b/{}/qr.png"), ("GET", "/b/{}/calendar.ics"),
    ("GET", "/invitation/{}"), ("POST", "/invitation/{}"),
]  # fmt: skip


async def ask(hub: Hub, method: str, path: str, token: str | None = None) -> tuple[int, str, str]:
    """Return status, `Location` and body of the answer to a path as it is written."""
    headers = {"Accept": "text/html", "Origin": hub.url} | ({"Authorization": f"Bearer {token}"} if token else {})
    address = URL(hub.url + path, encoded=True)
    data = b"" if method != "GET" else None
    headers |= {} if data is None else {"Content-Type": "application/x-www-form-urlencoded"}
    async with hub.client.request(method, address, data=data, headers=headers, allow_redirects=False) as response:
        assert "X-Injected" not in response.headers
        return response.status, response.headers.get("Location", ""), await response.text(errors="replace")


def with_fields(hub: Hub, text: str) -> Iterator[tuple[str, str]]:
    """Return method and path of every route with a field, each filled with `text`."""
    for route in hub.app.router.routes():
        path = route.resource.canonical if route.resource is not None else ""
        if "{" in path and route.method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            yield route.method, re.sub(r"\{[^}]*\}", text, path)


@pytest.mark.parametrize(("method", "page"), PAGES)
async def test_what_is_no_token_gets_the_page_that_says_there_is_none(hub: Hub, method: str, page: str) -> None:
    for text in HOSTILE:
        status, location, body = await ask(hub, method, page.format(text))
        assert (status, location) == (404, ""), text
        assert "There is no page at this address" in body, text


async def test_a_link_that_leads_nowhere_still_has_its_own_page(hub: Hub) -> None:
    for path in ("/r/", "/w/", "/b/", "/invitation/"):
        status, _, body = await ask(hub, "GET", path + "A-token_of-nobody" + "0" * 15)
        assert status == 404
        assert "There is no page at this address" not in body


@pytest.mark.parametrize("role", [None, "ADMIN"])
async def test_every_path_with_a_field_is_answered_whatever_stands_in_it(
    hub: Hub, world: World, caplog: pytest.LogCaptureFixture, role: str | None
) -> None:
    token = None if role is None else await world.staff(role)
    for text in ("%0d%0aX-Injected:%201", "%00", "%ff%fe"):
        for method, path in with_fields(hub, text):
            status, location, _ = await ask(hub, method, path, token)
            assert status < 500, (method, path)
            assert re.fullmatch(r"[!-~]*", location), (method, path)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_tokens_in_paths_have_one_parser_and_redirects_one_writer() -> None:
    sources = {path.relative_to(WEB).as_posix(): path.read_text() for path in WEB.rglob("*.py")}
    # `link_ends` sends a link with punctuation after it to the link without; whatever is left goes through the parser.
    assert sorted(name for name, text in sources.items() if re.search(r"match_info\[.token.\]", text)) == [
        "pages/link_ends.py",
        "request_fields.py",
    ]
    assert [name for name, text in sources.items() if re.search(r"[\"']Location[\"']:", text)] == ["redirects.py"]
