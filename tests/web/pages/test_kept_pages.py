"""Kept pages: rendered once for each language and region, and the same as if they were rendered for each request."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import timedelta
from typing import Any

import aiohttp_jinja2
import pytest
from aiohttp import web

from tests.support.hub import Hub
from tests.support.world import NOON, World
from web.pages import booking, customer, reservation, waitlist
from web.pages.kept_pages import KEPT_PAGES
from web.pages.render import page

DEAD = "A" * 32


async def text_of(hub: Hub, path: str, **headers: str) -> str:
    async with hub.client.get(
        path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    ) as response:
        return await response.text()


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted: Counter[str] = Counter()
    render = aiohttp_jinja2.render_string

    def count(template: str, *context: object, **named: object) -> str:
        counted[template] += 1
        return render(template, *context, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(aiohttp_jinja2, "render_string", count)
    return counted


@pytest.mark.parametrize("path", ["/", "/reserve", f"/r/{DEAD}", f"/w/{DEAD}", f"/b/{DEAD}"])
async def test_a_page_is_rendered_once_for_each_language_and_region(
    hub: Hub, world: World, rendered: Counter[str], path: str
) -> None:
    for _ in range(3):
        for accepted in ("en-GB", "en-US", "zh-CN"):
            await text_of(hub, path, Accept_Language=accepted)
    assert list(rendered.values()) == [3]


@pytest.fixture
def standing_clock(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.clock, "now", lambda: NOON)


def _without_keeping(
    request: web.Request, template: str, filled: dict[str, str], *, packed: bool = False, **facts: Any
) -> web.Response:
    return page(request, template, **filled, **facts)


@pytest.mark.parametrize(
    "path", ["/?a=1", "/reserve?ticket=A-1&orq=1", f"/r/{DEAD}", f"/w/{DEAD}", f"/b/{DEAD}?no=BUSY&a=1"]
)
async def test_a_kept_page_is_what_rendering_gives(
    hub: Hub, world: World, standing_clock: None, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    paths = (path, path.replace("A", "B").replace("a=1", "b=2"), path)
    kept = [await text_of(hub, one) for one in paths]
    for module in (customer, reservation, waitlist, booking):
        monkeypatch.setattr(module, "kept_page", _without_keeping)
    assert kept == [await text_of(hub, one) for one in paths]
    assert kept[0] != kept[1]


async def test_values_are_escaped_and_do_not_stay(hub: Hub, world: World) -> None:
    attack = '"><script>alert(1)</script>\ue000now\ue001'
    page = await text_of(hub, "/reserve?ticket=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%EE%80%80now%EE%80%81&lang=en")
    assert attack not in page
    assert 'data-ticket="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\ue000now\ue001"' in page
    assert "ticket=%22%3E%3Cscript" in page, "the link to the other language keeps it"
    again = await text_of(hub, "/reserve")
    assert "alert(1)" not in again
    assert 'data-ticket=""' in again


async def test_the_time_is_that_of_the_request(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for hours in range(2):
        monkeypatch.setattr(hub.clock, "now", lambda hours=hours: NOON + timedelta(hours=hours))
        assert f'data-now="2026-11-20T{11 + hours}:00:00Z"' in await text_of(hub, "/reserve")


async def test_compressed_or_not_the_page_is_the_same(
    hub: Hub, world: World, standing_clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed, pack = 0, gzip.compress

    def count(*given: object, **named: object) -> bytes:
        nonlocal packed
        packed += 1
        return pack(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(gzip, "compress", count)
    plain = await text_of(hub, "/reserve", Accept_Encoding="identity")
    for _ in range(3):
        async with hub.client.get("/reserve", headers={"Accept-Encoding": "gzip, br"}) as response:
            assert response.headers["Content-Encoding"] == "gzip"
            assert await response.text() == plain
    assert packed == 1
    async with hub.client.get(f"/r/{DEAD}", headers={"Accept-Encoding": "gzip"}) as response:
        assert "Content-Encoding" not in response.headers, "its address holds a token"


async def test_so_many_pages_are_kept_and_no_more(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.kept_pages.MOST_KEPT", 2)
    monkeypatch.setattr("web.pages.kept_pages.MOST_PACKED", 2)
    for accepted in ("en-GB", "en-US", "en-AU", "zh-CN"):
        await text_of(hub, "/reserve", Accept_Language=accepted)
    kept = hub.app[KEPT_PAGES]
    assert len(kept._rendered) == len(kept._packed) == 2
