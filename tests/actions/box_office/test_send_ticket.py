"""The ticket that is sent again from the gate: to the address on file, for every operator, and not without bound."""

from __future__ import annotations

from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.rows import change_rows
from tests.support.world import World


async def test_a_reservation_or_else_the_order_is_sent_again_to_the_address_on_file(hub: Hub, world: World) -> None:
    token = await world.staff()
    reserved = await world.reserved(await world.slot())
    await change_rows(hub.database, "orders", {"id": world.order_id}, customer_email="ann@example.com")
    unreserved = await world.ticket()
    for ticket, address in ((reserved, "j***@example.com"), (unreserved, "a***@example.com")):
        status, answer = await hub.post(f"/api/operator/tickets/{ticket.id}/send", {}, token=token)
        assert (status, answer["data"]) == (200, {"sent_to": address})
    kinds = [row["kind"] for row in await read_outbox(hub.database, order_by="id")]
    assert kinds == ["reservation.confirmed", "reservation.resent", "order.confirmed"]
    assert [row["action"] for row in await read_audit_log(hub.database)] == ["reservation.resent", "order.resent"]


async def test_a_ticket_without_an_address_or_of_others_is_not_sent_and_none_is_sent_without_bound(
    hub: Hub, world: World
) -> None:
    token = await world.staff()
    imported = await world.ticket(imported_email="bob@example.com")
    nowhere, cancelled = await world.ticket(), await world.ticket("CANCELLED")

    async def send(ticket_id: int, who: str = token) -> tuple[int, str]:
        status, answer = await hub.post(f"/api/operator/tickets/{ticket_id}/send", {}, token=who)
        return status, answer.get("error", {}).get("code", "")

    assert await send(nowhere.id) == (409, "NOT_RESENDABLE")
    assert await send(imported.id) == (200, "")
    await change_rows(hub.database, "orders", {"id": world.order_id}, customer_email="ann@example.com")
    assert await send(cancelled.id) == (409, "NOT_RESENDABLE")
    assert await send(2**40) == (404, "TICKET_NOT_FOUND")
    other = await World(hub).found()
    assert await send(nowhere.id, await other.staff()) == (404, "TICKET_NOT_FOUND")
    assert [(await send(nowhere.id))[0] for _ in range(3)] == [200, 200, 429]
