"""Reservation conversion: how many checked tickets were booked, by venue day, however the check was stored."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest

from hub.actions.tickets import checked_tickets
from hub.actions.tickets.check import TicketChecks
from hub.actions.tickets.checked_tickets import KEPT_DAYS, CheckedTickets, drop_old_checks
from tests.support.api_client import Api, booking
from tests.support.blocked_inserts import standstill
from tests.support.hub import Hub
from tests.support.job_table import period_of, run_job_every
from tests.support.orders import add_product
from tests.support.ticket_checks import add_check, count_checks, read_checks
from tests.support.tickets import change_ticket
from tests.support.world import NOON, TODAY, Ticket, World
from web import keys

TOMORROW = TODAY + timedelta(days=1)
TRUE_WRITE_EVERY = period_of("checked tickets") or 0.0


@pytest.fixture(autouse=True)
def write_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hubs opened from now on write the rows more often, to keep the tests short."""
    for job in ("checked tickets", "portal steps"):
        run_job_every(monkeypatch, job, 0.02)


async def test_the_rows_are_written_once_a_second(
    api: Api, world: World, open_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TRUE_WRITE_EVERY == 1
    for job in ("checked tickets", "portal steps"):
        run_job_every(monkeypatch, job, TRUE_WRITE_EVERY)
    loop = asyncio.get_running_loop()
    began = loop.time()
    true = await open_hub()
    status, _ = await true.post("/api/tickets/validate", {"ticket_code": (await world.ticket()).code})
    assert status == 200
    await written(true, 1)
    # A tenth of the interval is jitter.
    assert loop.time() - began > 0.9 * TRUE_WRITE_EVERY - 0.05


async def check(api: Api, ticket: Ticket) -> int:
    return (await api.post("/api/tickets/validate", {"ticket_code": ticket.code})).status


async def book(api: Api, ticket: Ticket, slot_id: int) -> Ticket:
    answer = await api.post("/api/reservations/create", booking(ticket, slot_id))
    assert answer.status == 200, answer.json
    return Ticket(ticket.id, ticket.code, "", answer.data["reservation_id"])


async def written(hub: Hub, rows: int) -> None:
    async with asyncio.timeout(20):
        while await count_checks(hub.database) < rows:
            await asyncio.sleep(0.01)


async def days(api: Api, token: str, first: date = TODAY, last: date = TODAY, **query: Any) -> dict[str, Any]:
    """Return (checked, converted) of every day by its date, and of all days under "total"."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    found = (await api.get(f"/api/analytics?from={first}&to={last}{more}", token=token)).data
    results = {one.get("date", "total"): one for one in [*found["days"], found["total"]]}
    for one in results.values():
        share = round(one["converted"] / one["checked"], 4) if one["checked"] else None
        assert one["conversion"] == share
        assert one["converted"] <= one["checked"]
    return {name: (one["checked"], one["converted"]) for name, one in results.items()}


async def test_tickets_checked_and_those_of_them_that_were_booked(api: Api, hub: Hub, world: World) -> None:
    manager, slot = await world.staff("MANAGER"), await world.slot()
    tickets = await world.tickets(5)
    assert [await check(api, ticket) for ticket in tickets] == [200] * 5
    for ticket in tickets[:3]:
        await book(api, ticket, slot)
    await world.reserved(slot)  # booked without a check before
    await written(hub, 5)
    assert await days(api, manager) == {str(TODAY): (5, 3), "total": (5, 3)}


async def test_a_second_check_of_the_day_counts_nothing_and_a_refused_one_neither(
    api: Api, hub: Hub, world: World
) -> None:
    manager, slot = await world.staff("MANAGER"), await world.slot(start="18:00", end="20:00")
    ticket = await world.ticket()
    for _ in range(3):
        assert await check(api, ticket) == 200
        hub.clock.set(hub.clock.now() + timedelta(hours=1))
    await book(api, ticket, slot)
    refused = [ticket, Ticket(0, "TKT-2026-NOSUCH-TICKET")]
    refused += [await world.ticket(status) for status in ("CANCELLED", "INACTIVE", "PENDING_PAYMENT", "EXPIRED")]
    for one in refused:
        assert await check(api, one) >= 400
    last = await world.ticket()  # the newest check is written last
    await check(api, last)
    await written(hub, 2)
    assert await days(api, manager) == {str(TODAY): (2, 1), "total": (2, 1)}


async def test_a_reservation_counts_whatever_its_later_status(api: Api, hub: Hub, world: World) -> None:
    manager = await world.staff("MANAGER")
    slots = [await world.slot(TOMORROW), await world.slot(TOMORROW, "14:00", "16:00")]
    moved, cancelled, rebooked = await world.tickets(3)
    for ticket in (moved, cancelled, rebooked):
        await check(api, ticket)
    reservation = (await book(api, moved, slots[0])).reservation_id
    answer = await api.put(f"/api/reservations/{reservation}", {"slot_id": slots[1]}, token=manager)
    assert answer.status == 200
    for ticket in (cancelled, rebooked):
        reservation = (await book(api, ticket, slots[0])).reservation_id
        assert (await api.delete(f"/api/reservations/{reservation}", token=manager)).status == 200
    await check(api, rebooked)
    await book(api, rebooked, slots[1])
    await written(hub, 3)
    assert (await days(api, manager))["total"] == (3, 3)


async def test_a_reservation_is_the_last_check_days_before_it_and_no_other_days(
    api: Api, hub: Hub, world: World
) -> None:
    """The check is a minute before midnight in Rome, which is not midnight in UTC, and again on the day after."""
    slot = await world.slot(TOMORROW, "20:00", "22:00")
    undecided, late = await world.tickets(2)
    midnight = NOON + timedelta(hours=12)
    hub.clock.set(midnight - timedelta(minutes=1))
    await check(api, undecided)
    await check(api, late)
    hub.clock.set(midnight + timedelta(minutes=1))
    await book(api, late, slot)
    await check(api, undecided)
    await written(hub, 3)
    manager = await world.staff("MANAGER")
    wanted = {str(TODAY): (2, 1), str(TOMORROW): (1, 0), "total": (3, 1)}
    assert await days(api, manager, TODAY, TOMORROW) == wanted
    hub.clock.set(midnight + timedelta(hours=3))
    await book(api, undecided, slot)
    wanted = {str(TODAY): (2, 1), str(TOMORROW): (1, 1), "total": (3, 2)}
    assert await days(api, manager, TODAY, TOMORROW) == wanted


async def test_a_ticket_counts_for_the_venue_it_is_for_and_by_its_clock(api: Api, hub: Hub, world: World) -> None:
    manager = await world.staff("MANAGER")
    tokyo = await world.venue(timezone="Asia/Tokyo")
    product = await add_product(hub.database, org_id=world.org_id, venue_id=tokyo, name="Tokyo only")
    anywhere, there = await world.tickets(2)
    await change_ticket(hub.database, there.id, product_id=product)
    hub.clock.set(NOON + timedelta(hours=5))  # one in the morning in Tokyo
    await check(api, anywhere)
    await check(api, there)
    await written(hub, 2)
    assert await days(api, manager, TODAY, TOMORROW) == {str(TODAY): (1, 0), str(TOMORROW): (0, 0), "total": (1, 0)}
    in_tokyo = await days(api, manager, TODAY, TOMORROW, venue_id=tokyo)
    assert in_tokyo == {str(TODAY): (0, 0), str(TOMORROW): (1, 0), "total": (1, 0)}


async def test_the_page_without_javascript_checks_tickets_too(api: Api, hub: Hub, world: World) -> None:
    ticket = await world.ticket()
    async with hub.client.post(
        "/reserve/plain", data={"ticket": ticket.code}, headers={"Origin": hub.url}, allow_redirects=False
    ) as answer:
        assert answer.headers["Location"].endswith("/contact")
    await written(hub, 1)
    assert await days(api, await world.staff("MANAGER")) == {str(TODAY): (1, 0), "total": (1, 0)}


async def test_the_csv_has_the_checks_in_a_row_of_the_day(api: Api, hub: Hub, world: World) -> None:
    slots = [await world.slot(), await world.slot(start="14:00", end="16:00")]
    tickets = await world.tickets(4)
    for ticket in tickets:
        await check(api, ticket)
    await book(api, tickets[0], slots[1])
    hub.clock.set(NOON + timedelta(days=1))
    await check(api, tickets[1])
    await written(hub, 5)
    manager = await world.staff("MANAGER")
    path = f"/api/analytics?from={TODAY}&to={TOMORROW}&format=csv"
    async with hub.client.get(path, headers={"Authorization": f"Bearer {manager}"}) as answer:
        rows = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    results = [(row["date"], row["slot_id"], row["checked"], row["converted"], row["conversion"]) for row in rows]
    assert results == [
        *((str(TODAY), str(slot), "", "", "") for slot in slots),
        (str(TODAY), "", "4", "1", "0.25"),
        (str(TOMORROW), "", "1", "0", "0.0"),
    ]
    assert sum(int(row["booked"] or 0) for row in rows) == 1


async def test_a_check_is_answered_while_its_row_cannot_be_written(
    api: Api, hub: Hub, world: World, database_url: str
) -> None:
    """Rows that Postgres did not take are written again. Here its connections end in the middle, twice."""
    tickets = await world.tickets(6)
    async with standstill(database_url) as still:
        await still.at("ticket_checks")
        async with asyncio.timeout(60):
            for n, ticket in enumerate(tickets):
                assert await check(api, ticket) == 200
                if n % 3 == 1:
                    await still.waits()
                    await still.end_backends()
        assert await count_checks(hub.database) == 0
        await still.go()
        await written(hub, 6)
    assert (await days(api, await world.staff("MANAGER")))["total"] == (6, 0)


async def test_a_ticket_check_that_writes_before_it_answers_is_found(
    api: Api, hub: Hub, world: World, database_url: str
) -> None:
    """Control of the test above: a check that writes before it answers."""
    checked = CheckedTickets(hub.services)

    class SlowTicketChecks(TicketChecks):
        async def _check(self, asked: list[tuple[int, str]]) -> Any:
            answers = await super()._check(asked)
            await checked.write()
            return answers

    hub.app._state[keys.TICKET_CHECKS] = SlowTicketChecks(hub.services, checked=checked.note)
    ticket = await world.ticket()
    async with standstill(database_url) as still:
        await still.at("ticket_checks")
        checking = asyncio.create_task(check(api, ticket))
        await still.waits()
        assert not checking.done()
        await still.go()
        assert await checking == 200


async def test_what_waits_is_bounded_and_what_is_too_much_is_reported(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked_tickets, "MOST_KEPT", 3)
    results: list[int] = []
    monkeypatch.setattr(checked_tickets.telemetry, "event", lambda *_, count, **__: results.append(count))
    checked = CheckedTickets(hub.services)
    checks = TicketChecks(hub.services, checked=checked.note)
    for ticket in await world.tickets(5):
        await checks.validate(world.org_id, ticket.code)
    await checked.write()
    assert await count_checks(hub.database) == 3
    assert results == [2]


async def test_a_hub_that_closes_writes_what_is_left(
    api: Api, hub: Hub, world: World, open_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for job in ("checked tickets", "portal steps"):
        run_job_every(monkeypatch, job, 3600)
    second = await open_hub()
    ticket = await world.ticket()
    status, _ = await second.post("/api/tickets/validate", {"ticket_code": ticket.code})
    assert status == 200
    # The first hub, which writes often, has written three times meanwhile.
    for n in (1, 2, 3):
        await check(api, await world.ticket())
        await written(hub, n)
    assert await count_checks(hub.database, ticket_id=ticket.id) == 0
    await second.close()
    assert await count_checks(hub.database, ticket_id=ticket.id) == 1


async def test_two_hubs_that_checked_the_same_ticket_keep_its_first_check(hub: Hub, world: World) -> None:
    ticket, early, late = await world.ticket(), CheckedTickets(hub.services), CheckedTickets(hub.services)
    standing = await TicketChecks(hub.services).validate(world.org_id, ticket.code)
    early.note(world.org_id, standing, NOON)
    late.note(world.org_id, standing, NOON + timedelta(minutes=5))
    for one in (late, early, late):
        await one.write()
    late.note(world.org_id, standing, NOON + timedelta(minutes=7))
    await late.write()
    assert [row["checked_at"] for row in await read_checks(hub.database, "checked_at")] == [NOON]


async def test_checks_are_kept_for_a_year_and_no_longer(hub: Hub, world: World) -> None:
    for days in (0, KEPT_DAYS, KEPT_DAYS + 1):
        await add_check(world, 7, TODAY - timedelta(days=days), NOON)
    await drop_old_checks(hub.services)
    left = [row["date"] for row in await read_checks(hub.database, "date", order_by="date")]
    assert left == [TODAY - timedelta(days=KEPT_DAYS), TODAY]
