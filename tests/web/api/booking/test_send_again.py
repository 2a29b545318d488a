"""A lost confirmation over HTTP: it goes to the address on file, and the answer tells a stranger nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox
from tests.support.orders import add_sold_order
from tests.support.tickets import change_ticket
from tests.support.waitlist import mails
from tests.support.world import TODAY, World

PATH = "/api/reservations/send-again"
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def api(hub: Hub) -> Api:
    return Api(hub)


async def count(hub: Hub) -> int:
    return await count_outbox(hub.database, kind="reservation.resent")


async def test_a_reserved_ticket_has_its_confirmation_sent_again_once_in_five_minutes(
    hub: Hub, api: Api, world: World
) -> None:
    ticket = await world.reserved(await world.slot(TOMORROW))
    first = await api.post(PATH, {"ticket_code": ticket.code})
    assert first.status == 200
    assert await count(hub) == 1
    again = await api.post(PATH, {"ticket_code": ticket.code.lower()})
    assert again.json == first.json
    assert await count(hub) == 1


async def test_the_visits_to_come_of_an_address_are_sent_again_whatever_its_case(
    hub: Hub, api: Api, world: World
) -> None:
    for start in ("12:00", "16:00"):
        await world.reserved(await world.slot(TODAY, start, f"{int(start[:2]) + 2:02}:00"))
    answer = await api.post(PATH, {"email": "JOHN@Example.com"})
    assert answer.status == 200
    assert await count(hub) == 2


async def test_tickets_without_a_time_are_sent_again_to_who_bought_them_and_to_who_has_them_from_a_file(
    hub: Hub, api: Api, world: World
) -> None:
    bought, _ = await add_sold_order(world, "ACTIVATED", email="Jo@example.com")
    _, (mine, _) = await add_sold_order(world, "ACTIVATED", "ACTIVATED", email=None)
    await change_ticket(hub.database, mine, imported_email="jo@example.com", customer_email="jo@example.com")
    answers = [
        await api.post(PATH, {"email": email}) for email in ("jo@example.com", "JO@example.com", "nobody@example.com")
    ]
    assert [(answer.status, answer.json) for answer in answers] == [(200, answers[0].json)] * 3
    sent = await mails(hub, "order.confirmed")
    assert sorted((mail["recipient"], mail["payload"].get("ticket_ids")) for mail in sent) == [
        ("Jo@example.com", None), ("jo@example.com", [mine]),
    ]  # fmt: skip
    assert sent[0]["payload"]["order_id"] == bought


async def test_the_answer_is_the_same_whether_anything_is_booked(hub: Hub, api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(TOMORROW))
    asked = [{"email": "nobody@example.com"}, {"ticket_code": "TKT-2026-AAAAAA-BBBBBB"}, {"ticket_code": ticket.code}]
    answers = [await api.post(PATH, body) for body in asked]
    assert [(answer.status, answer.json) for answer in answers] == [(200, answers[0].json)] * 3
    assert await count(hub) == 1


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@example.com", "ticket_code": "DT-1"}, {"email": "a@example.com", "x": 1}]
)
async def test_one_of_both_is_named_and_nothing_else(api: Api, world: World, body: dict[str, object]) -> None:
    assert (await api.post(PATH, body)).status == 400
