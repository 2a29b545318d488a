"""What the booking page only counts: exact whatever happens to a write, and written in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.pool import DatabaseDown
from hub.actions.reporting import portal_steps
from hub.actions.reporting.portal_steps import KEPT_DAYS, PortalSteps, drop_old_steps
from tests.support.hub import Hub
from tests.support.job_table import run_job_every
from tests.support.portal_steps import add_contact, add_refusals, count_contacts, read_contacts, read_refusals
from tests.support.world import NOON, TODAY, World

FULL = "SLOT_FULL"


def lose_answers(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the database take every write, and then break the connection before it answers."""
    execute = hub.services.database.execute

    async def unanswered(sql: str, *args: Any) -> None:
        await execute(sql, *args)
        raise DatabaseDown

    monkeypatch.setattr(hub.services.database, "execute", unanswered)


async def refuse_and_lose_an_answer(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """Refuse twice, and write with an answer lost in between. Return the refusals that the table has then."""
    steps = PortalSteps(hub.services)
    steps.refuse(world.org_id, world.venue_id, "booking", FULL)
    with monkeypatch.context() as broken:
        lose_answers(hub, broken)
        with pytest.raises(DatabaseDown):
            await steps.write()
    steps.refuse(world.org_id, world.venue_id, "booking", FULL)
    await steps.write()
    await steps.write()
    return (await read_refusals(hub.database))["booking", FULL]


async def test_a_write_whose_answer_was_lost_counts_nothing_twice(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await refuse_and_lose_an_answer(hub, world, monkeypatch) == 2


async def test_counts_that_are_added_count_a_lost_answer_twice(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control of the test above: a statement that adds what it gets."""
    added = portal_steps.STEPS.keep_refusals.replace(
        "refusals = EXCLUDED.refusals\n WHERE c.refusals < EXCLUDED.refusals",
        "refusals = c.refusals + EXCLUDED.refusals",
    )
    assert added != portal_steps.STEPS.keep_refusals
    monkeypatch.setitem(portal_steps.STEPS._texts, "keep_refusals", added)
    assert await refuse_and_lose_an_answer(hub, world, monkeypatch) > 2


async def test_two_processes_add_up(hub: Hub, world: World) -> None:
    one, other = PortalSteps(hub.services), PortalSteps(hub.services)
    for steps, times in ((one, 2), (other, 3), (one, 1)):
        for _ in range(times):
            steps.refuse(world.org_id, world.venue_id, "booking", FULL)
        await steps.write()
    assert await read_refusals(hub.database) == {("booking", FULL): 6}


async def test_a_code_counts_again_in_another_minute(hub: Hub, world: World) -> None:
    steps = PortalSteps(hub.services)
    for seconds in (0, 20, 40, 60, 80):
        hub.clock.set(NOON + timedelta(seconds=seconds))
        steps.refuse_code(world.org_id, None, "NO-SUCH", "TICKET_NOT_FOUND")
    await steps.write()
    assert await read_refusals(hub.database) == {("ticket", "TICKET_NOT_FOUND"): 2}


async def test_a_refusal_counts_on_the_day_of_its_venue(hub: Hub, world: World) -> None:
    steps, tokyo = PortalSteps(hub.services), await world.venue(timezone="Asia/Tokyo")
    hub.clock.set(NOON + timedelta(hours=5))  # one in the morning in Tokyo
    for venue_id in (tokyo, None, 999_999):  # None is the first venue, the last does not exist
        steps.refuse(None, venue_id, "contact", "INVALID_CONTACT")
    await steps.write()
    assert await read_refusals(hub.database, date=TODAY + timedelta(days=1), venue_id=tokyo)
    assert await read_refusals(hub.database, date=TODAY, venue_id=world.venue_id)
    assert (await read_refusals(hub.database)).popitem()[1] == 2


async def test_the_first_contact_of_a_day_is_kept(hub: Hub, world: World) -> None:
    ticket, early, late = await world.ticket(), PortalSteps(hub.services), PortalSteps(hub.services)
    early.accept_contact(world.org_id, ticket.id)
    hub.clock.set(NOON + timedelta(minutes=5))
    late.accept_contact(world.org_id, ticket.id)
    for steps in (late, early):
        await steps.write()
    [row] = await read_contacts(hub.database)
    assert NOON <= row["checked_at"] < NOON + timedelta(minutes=5)


async def test_a_hub_that_closes_writes_what_is_left(
    world: World, hub: Hub, open_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for job in ("checked tickets", "portal steps"):
        run_job_every(monkeypatch, job, 3600)
    second, ticket = await open_hub(), await world.ticket()
    contact = {"ticket_id": ticket.id, "email": "john@example.com", "phone": "+12025551234"}
    assert (await second.post("/api/tickets/verify-contact", contact))[0] == 200
    assert (await second.post("/api/tickets/validate", {"ticket_code": "NO-SUCH-TICKET"}))[0] == 400
    assert (await count_contacts(hub.database), await read_refusals(hub.database)) == (0, {})
    await second.close()
    assert await count_contacts(hub.database, ticket_id=ticket.id) == 1
    assert await read_refusals(hub.database) == {("ticket", "TICKET_NOT_FOUND"): 1}


async def test_contacts_that_wait_are_bounded_and_those_beyond_are_reported(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_steps, "MOST_KEPT", 3)
    results: list[int] = []
    monkeypatch.setattr(portal_steps.telemetry, "event", lambda *_, count, **__: results.append(count))
    steps = PortalSteps(hub.services)
    for ticket in await world.tickets(5):
        steps.accept_contact(world.org_id, ticket.id)
    await steps.write()
    assert (await count_contacts(hub.database), results) == (3, [2])


async def test_rows_are_kept_for_as_long_as_checks(hub: Hub, world: World) -> None:
    for days in (0, KEPT_DAYS, KEPT_DAYS + 1):
        day = TODAY - timedelta(days=days)
        await add_contact(world, 7, day, NOON)
        await add_refusals(world, day, uuid4(), 1)
    await drop_old_steps(hub.services)
    left = [row["date"] for row in await read_contacts(hub.database, "date", order_by="date")]
    assert left == [TODAY - timedelta(days=KEPT_DAYS), TODAY]
    assert await read_refusals(hub.database) == {("booking", FULL): 2}
