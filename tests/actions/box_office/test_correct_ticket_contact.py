"""The contact that a manager corrects at the gate: of the reservation that stands, or else of the ticket alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.reservations import read_reservation
from tests.support.rows import change_rows
from tests.support.shows import add_booking, add_stage
from tests.support.tickets import read_ticket
from tests.support.world import World

ADA = {"email": "ada@example.com", "phone": "+12025550111"}


async def correct(hub: Hub, ticket_id: int, token: str, **fields: str) -> tuple[int, dict[str, Any]]:
    answer = await Api(hub).patch(f"/api/operator/tickets/{ticket_id}", fields, token=token)
    return answer.status, answer.data if answer.status == 200 else answer.error


async def test_a_ticket_without_a_reservation_is_sent_to_its_corrected_address(hub: Hub, world: World) -> None:
    manager = await world.staff("MANAGER")
    await change_rows(hub.database, "orders", {"id": world.order_id}, customer_email="ann@example.com")
    ticket = await world.ticket()
    assert await correct(hub, ticket.id, manager, **ADA) == (200, ADA)
    assert await correct(hub, ticket.id, manager, phone="+1 (202) 555-0112") == (200, {**ADA, "phone": "+12025550112"})
    assert (await read_ticket(hub.database, "customer_email", id=ticket.id))["customer_email"] == "ada@example.com"
    assert (await hub.post(f"/api/operator/tickets/{ticket.id}/send", {}, token=manager))[0] == 200
    assert [row["recipient"] for row in await read_outbox(hub.database)] == ["ada@example.com"]
    first, second, _ = await read_audit_log(hub.database)
    assert [row["action"] for row in (first, second)] == ["ticket.contact_changed"] * 2
    assert "ada@example.com" not in f"{dict(first)}{dict(second)}"


async def test_a_reservation_is_corrected_with_its_ticket_and_confirmed_again(hub: Hub, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    assert (await correct(hub, ticket.id, await world.staff("MANAGER"), email="ada@example.com"))[0] == 200
    row = await read_reservation(hub.database, "customer_email", id=ticket.reservation_id)
    assert row["customer_email"] == "ada@example.com"
    kinds = [row["kind"] for row in await read_outbox(hub.database, order_by="id")]
    assert sorted(kinds) == ["reservation.confirmed", "reservation.contact_changed", "reservation.resent"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"email": "nobody"}, 400, "INVALID_CONTACT"),
        ({"phone": "+12025550111"}, 400, "INVALID_CONTACT"),
        ({"name": "Ada"}, 400, "INVALID_REQUEST"),
    ],
)
async def test_what_is_no_contact_is_refused(
    hub: Hub, world: World, fields: dict[str, str], status: int, code: str
) -> None:
    answered, error = await correct(hub, (await world.ticket()).id, await world.staff("MANAGER"), **fields)
    assert (answered, error["code"]) == (status, code)


async def test_others_than_managers_of_the_organisation_correct_nothing(hub: Hub, world: World) -> None:
    ticket, seats = (
        await world.ticket(),
        await add_booking(world, (await add_stage(world)).performance_id, status="PENDING"),
    )
    assert (await correct(hub, ticket.id, await world.staff(), **ADA))[0] == 403
    other = await World(hub).found()
    status, error = await correct(hub, ticket.id, await other.staff("MANAGER"), **ADA)
    assert (status, error["code"]) == (404, "TICKET_NOT_FOUND")
    status, error = await correct(hub, seats.id, await world.staff("MANAGER"), **ADA)
    assert (status, error["code"]) == (409, "NOT_RESENDABLE")
