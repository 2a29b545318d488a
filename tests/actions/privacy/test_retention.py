"""Retention: contact data goes a number of days after the visit, in every table, in batches, and nothing else changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.expire import expire
from hub.actions.privacy import retention
from hub.actions.privacy.retention import erase_old_contacts, read_retention, set_retention
from hub.rules.refusals import Refused
from tests.actions.privacy.conftest import Traces
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.locks import advisory_lock_held
from tests.support.mail_outbox import change_outbox
from tests.support.orders import read_orders
from tests.support.personal_data import BYSTANDER, ZAPHIRA, tables_with
from tests.support.slots import read_slots
from tests.support.tickets import change_ticket
from tests.support.world import TODAY, World

SHORT_LIVED = {"contact_codes", "idempotency_keys", "notices"}
"""Tables whose rows are deleted after a day by other jobs."""


async def test_contact_data_goes_after_the_days_and_not_before(hub: Hub, world: World, by: Actor, traces: Traces):
    await set_retention(hub.services, by, 30)
    later = await world.slot(TODAY + timedelta(days=20), booked=1)
    await change_outbox(hub.database, created_at=hub.clock.now())
    hub.clock.advance(29 * 86_400)
    await expire(hub.services)
    await erase_old_contacts(hub.services)
    assert set((await tables_with(hub.database, ZAPHIRA.email))[ZAPHIRA.email]) >= {
        "ticket_reservations",
        "bookings",
        "guests",
    }
    counts = await read_slots(hub.database, "id", "booked_count", "verified_count", order_by="id")
    hub.clock.advance(2 * 86_400)
    assert (await read_retention(hub.services, by)).due > 0
    assert await erase_old_contacts(hub.services) > 20
    for who in (ZAPHIRA, BYSTANDER):
        left = {table for tables in (await tables_with(hub.database, *who.texts)).values() for table in tables}
        assert left <= SHORT_LIVED
    assert await read_slots(hub.database, "id", "booked_count", "verified_count", order_by="id") == counts
    (kept,) = await read_slots(hub.database, "contacts_erased_at", id=later)
    assert kept["contacts_erased_at"] is None, "a visit 11 days ago"
    assert (await tables_with(hub.database, "john@example.com"))["john@example.com"]
    assert (await erase_old_contacts(hub.services), (await read_retention(hub.services, by)).due) == (0, 0)


async def test_a_crash_between_two_slots_leaves_the_rest_for_the_next_run(
    hub: Hub, world: World, by: Actor, monkeypatch: pytest.MonkeyPatch
):
    for n in range(3):
        await world.slot(TODAY - timedelta(days=n + 40), booked=2)
    await set_retention(hub.services, by, 30)
    monkeypatch.setattr(retention, "SLOTS_AT_ONCE", 1)
    erase, calls = retention.erase_rows, []

    async def broken(*given):
        calls.append(given)
        if len(calls) == 2:
            raise ArithmeticError
        return await erase(*given)

    monkeypatch.setattr(retention, "erase_rows", broken)
    with pytest.raises(ArithmeticError):
        await erase_old_contacts(hub.services)
    assert len([row for row in await read_slots(hub.database, "contacts_erased_at") if row["contacts_erased_at"]]) == 1
    await erase_old_contacts(hub.services)
    assert all(row["contacts_erased_at"] for row in await read_slots(hub.database, "contacts_erased_at"))
    assert await tables_with(hub.database, "john@example.com") == {}


async def test_a_large_slot_is_erased_a_few_people_at_a_time_and_an_interrupted_one_again(
    hub: Hub, world: World, by: Actor, monkeypatch: pytest.MonkeyPatch
):
    """However many people a slot had, no statement has more than a batch of them to write."""
    await world.slot(TODAY - timedelta(days=40), booked=7)
    await set_retention(hub.services, by, 30)
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 3)
    erase, sizes = retention.erase_rows, []

    async def counted(connection, org_id, rows):
        sizes.append(max(map(len, rows.values())))
        if len(sizes) == 2:
            raise ArithmeticError
        return await erase(connection, org_id, rows)

    monkeypatch.setattr(retention, "erase_rows", counted)
    with pytest.raises(ArithmeticError):
        await erase_old_contacts(hub.services)
    assert [row["contacts_erased_at"] for row in await read_slots(hub.database, "contacts_erased_at")] == [None]
    await erase_old_contacts(hub.services)
    assert sizes == [3, 3, 3, 3, 1]
    assert all(row["contacts_erased_at"] for row in await read_slots(hub.database, "contacts_erased_at"))
    assert await tables_with(hub.database, "john@example.com") == {}


def test_batches_have_every_row_once_and_few_of_each_table():
    rows = {"tickets": [1, 2, 3, 4, 5], "guests": [5], "bookings": []}
    assert list(retention.batches_of(rows, 2)) == [
        {"tickets": [1, 2], "guests": [5]},
        {"tickets": [3, 4]},
        {"tickets": [5]},
    ]
    assert list(retention.batches_of({"tickets": []}, 2)) == []


async def test_while_another_process_erases_nothing_is_erased_here(hub: Hub, world: World, by: Actor):
    await world.slot(TODAY - timedelta(days=40), booked=2)
    await set_retention(hub.services, by, 30)
    async with advisory_lock_held(hub, retention.ONE_AT_A_TIME):
        assert await erase_old_contacts(hub.services) == 0
    assert await erase_old_contacts(hub.services) > 0


async def test_without_days_nothing_is_ever_erased(hub: Hub, world: World, by: Actor, traces: Traces):
    await set_retention(hub.services, by, None)
    hub.clock.advance(900 * 86_400)
    assert await erase_old_contacts(hub.services) == 0
    assert (await read_retention(hub.services, by)).retention_days is None


async def test_an_order_keeps_its_buyer_as_long_as_a_ticket_can_be_used(
    hub: Hub, world: World, by: Actor, traces: Traces
):
    ticket = await world.ticket()
    newest = (await read_orders(hub.database, "id", order_by="id"))[-1]["id"]
    await change_ticket(hub.database, ticket.id, order_id=newest)
    await set_retention(hub.services, by, 30)
    hub.clock.advance(60 * 86_400)
    await expire(hub.services)
    await erase_old_contacts(hub.services)
    kept = [
        row["customer_email"]
        for row in await read_orders(hub.database, "customer_email", order_by="id")
        if row["customer_email"]
    ]
    assert kept == [BYSTANDER.email]


async def test_the_days_are_checked_tried_and_recorded(hub: Hub, world: World, by: Actor):
    await world.slot(TODAY - timedelta(days=10), booked=4)
    assert (await set_retention(hub.services, by, 5, dry_run=True)).due == 4
    for days in (0, 3651):
        with pytest.raises(Refused, match="INVALID_REQUEST"):
            await set_retention(hub.services, by, days)
    await set_retention(hub.services, by, 90)
    await set_retention(hub.services, by, 90)
    rows = [row for row in await read_audit_log(hub.database) if row["action"] == "organisation.retention_changed"]
    assert [row["after"] for row in rows] == [{"retention_days": 90}]
