"""Bookings over HTTP: asking for seats, confirming by the link of the e-mail, and every failure of either."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from tests.support.api_client import Answer, Api
from tests.support.shows import add_stage, count_bookings, read_booking_row, read_confirm_token
from tests.support.still_outbox import send_nothing
from tests.support.world import World


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


def asking(performance_id: int, **other: Any) -> dict[str, Any]:
    return {
        "performance_id": performance_id,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "party_size": 3,
        **other,
    }


async def request(api: Api, performance_id: int, **other: Any) -> tuple[Answer, str]:
    """Ask for seats. Return the answer, and the token in the e-mail."""
    answer = await api.post("/api/bookings", asking(performance_id, **other))
    assert answer.status == 201, answer.body
    return answer, await read_confirm_token(api.hub.database, answer.data["booking_id"])


async def confirm(api: Api, token: str, **other: Any) -> Answer:
    return await api.post("/api/bookings/confirm", {"token": token, **other})


async def test_from_the_request_to_the_qr_code(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=10)
    answer, token = await request(api, stage.performance_id, phone="+12025551234", notes="Two of us are small")
    assert set(answer.data) == {"booking_id", "status", "expires_at", "performance"}
    assert answer.data["status"] == "PENDING"
    assert answer.data["performance"]["performance_id"] == stage.performance_id
    assert token not in answer.body.decode()
    assert await world.booked_count(stage.performance_id) == 0
    confirmed = await confirm(api, token)
    assert confirmed.status == 200, confirmed.body
    assert (confirmed.data["status"], confirmed.data["party_size"]) == ("CONFIRMED", 3)
    assert confirmed.data["performance"] == answer.data["performance"]
    assert confirmed.data["page_url"] == f"{api.hub.url}/b/{token}"
    picture = Image.open(io.BytesIO(base64.b64decode(confirmed.data["qr_code"].removeprefix("data:image/png;base64,"))))
    (code,) = [barcode.text for barcode in zxingcpp.read_barcodes(picture.convert("L"))]
    assert code == confirmed.data["code"]
    assert code.startswith("BKG-")
    assert await world.booked_count(stage.performance_id) == 3
    row = await read_booking_row(api.hub.database, id=answer.data["booking_id"])
    assert (row["status"], row["party_size"], row["phone"], row["notes"]) == (
        "CONFIRMED",
        3,
        "+12025551234",
        "Two of us are small",
    )
    assert await count_bookings(api.hub.database) == 1
