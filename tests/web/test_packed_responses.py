"""Compressed responses: lists that pay, once for all readers, and never an answer to a scan or one with a secret."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.support.hub import Hub
from tests.support.world import World
from web import packed_responses
from web.api.table import ENDPOINTS
from web.middleware.request_ring import KIOSK_PATHS

MONTH = "/api/reservation-slots/available"
SECRETS = ("manage_url", "token", "contact_proof", "qr_code", "password")
"""Fields that are secrets, whose response is never compressed."""


async def ask(hub: Hub, path: str, accepted: str, token: str = "", **headers: str) -> tuple[Any, bytes]:
    """Return the headers and the body as they come."""
    wanted = {"Accept-Encoding": accepted, **headers, **({"Authorization": f"Bearer {token}"} if token else {})}
    async with hub.client.get(path, headers=wanted, auto_decompress=False) as response:
        assert response.status in (200, 304), response.status
        return response.headers.copy(), await response.read()


async def add_slots(world: World) -> None:
    for hour in range(20):
        await world.slot(start=f"{hour:02}:00", end=f"{hour + 1:02}:00")


async def test_a_month_is_a_sixth_of_itself_and_compressed_once(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_slots(world)
    packed, pack = 0, gzip.compress

    def count(*given: Any, **named: Any) -> bytes:
        nonlocal packed
        packed += 1
        return pack(*given, **named)

    monkeypatch.setattr(packed_responses.gzip, "compress", count)
    _, plain = await ask(hub, MONTH, "identity")
    for _ in range(3):
        headers, body = await ask(hub, MONTH, "br, gzip")
        assert (headers["Content-Encoding"], headers["Vary"]) == ("gzip", "Accept-Encoding")
        assert gzip.decompress(body) == plain
        assert int(headers["Content-Length"]) == len(body) < len(plain) / 6
    assert packed == 1


async def test_the_tag_of_a_compressed_month_is_weak_and_is_known_again(hub: Hub, world: World) -> None:
    await add_slots(world)
    headers, _ = await ask(hub, MONTH, "gzip")
    assert headers["ETag"].startswith('W/"')
    again, body = await ask(hub, MONTH, "gzip", **{"If-None-Match": headers["ETag"]})
    assert (body, again["Vary"]) == (b"", "Accept-Encoding")


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "x-gzip-like"])
async def test_who_does_not_read_gzip_gets_none(hub: Hub, world: World, accepted: str) -> None:
    await add_slots(world)
    headers, body = await ask(hub, MONTH, accepted)
    assert "Content-Encoding" not in headers
    assert body.startswith(b"{")


async def test_what_fits_into_a_packet_is_left_as_it_is(hub: Hub, world: World) -> None:
    await world.slot()
    headers, body = await ask(hub, MONTH, "gzip")
    assert "Content-Encoding" not in headers
    assert len(body) < packed_responses.FEWEST_BYTES


async def test_the_scan_history_is_compressed_for_those_who_may_read_it(hub: Hub, world: World) -> None:
    slot, token = await world.slot(), await world.staff("MANAGER")
    for _ in range(12):
        ticket = await world.reserved(slot)
        await hub.post("/venue/scan", {"code": ticket.code, "gate": "A"}, token=token)
    _, plain = await ask(hub, "/api/operators/scan-history", "identity", token)
    headers, body = await ask(hub, "/api/operators/scan-history", "gzip", token)
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == plain
    assert len(body) < len(plain) / 3


def test_no_answer_to_a_scan_and_none_with_a_secret_is_compressed() -> None:
    marked = [endpoint for endpoint in ENDPOINTS if endpoint.packed]
    assert len(marked) >= 5
    for endpoint in marked:
        assert endpoint.method == "GET", "only what a request reads"
        assert endpoint.path not in KIOSK_PATHS, "on the scanner's path"
        assert not isinstance(endpoint.response, tuple)
        text = str(endpoint.response.model_json_schema())
        assert not [name for name in SECRETS if f"'{name}'" in text], endpoint.path
