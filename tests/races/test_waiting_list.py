"""The waiting list with two hubs: every place is offered once, every offer accepted once, the public overtakes nobody."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from functools import partial
from typing import Any

import asyncpg
import pytest

from db.statements import load
from hub.actions.waitlist.accept_offer import accept_offer
from hub.actions.waitlist.entries import read_waitlist
from hub.clock import Clock
from hub.rules.refusals import Refused
from tests.support.blocked_inserts import STANDS_STILL, standstill
from tests.support.bookings import book, outcome
from tests.support.concurrency import crowd
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.meeting import MEETS, two_meet
from tests.support.negative_controls import drop_index, sabotage
from tests.support.slots import change_slot, read_slots
from tests.support.tickets import read_ticket
from tests.support.waitlist import cancel, entry, join, joined, mails, on_demand, serve_all, slot, status
from tests.support.world import Ticket, World, many_slots

pytestmark = pytest.mark.own_hub

LINE_LOCK = ("waitlist/entries", "claim_line", " FOR UPDATE SKIP LOCKED", "")
ENTRY_LOCKS = ("waitlist/entries", "lock_entries", " ORDER BY e.id\n   FOR NO KEY UPDATE", " ORDER BY e.id")
SLOT_LOCK = ("waitlist/entries", "lock_slot", "\n   FOR NO KEY UPDATE", "")
STATUS_ASKED = ("waitlist/entries", "offer", " AND e.status = 'WAITING'\n", "\n")
# Both jobs have read the waiting list before either makes an offer. By itself this does no harm.
BOTH_OFFER = ("waitlist/entries", "offer", "     WHERE e.org_id = $1", f"     WHERE {MEETS} AND e.org_id = $1")
KEPT_APART, TOGETHER = 0.3, 4.0
"""Seconds that one job waits for the other in `two_meet`: few if a lock may keep the other away, otherwise many.

The last one to come may find nobody, and waits them all. Of six meetings one is enough for a control."""


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


@pytest.fixture
async def manager(world: World) -> str:
    return await world.staff("MANAGER")


async def both_meet(world: World, monkeypatch, patience: float, moment: tuple[str, str, str, str]) -> None:
    await two_meet(world.hub.database, patience=patience)
    without(monkeypatch, moment)


def without(monkeypatch, *mechanisms) -> None:
    for subject, name, old, new in mechanisms:
        sabotage(monkeypatch, subject, name, (old, new))


async def full_slots(world: World, count: int, capacity: int = 1) -> tuple[list[int], list[list[Ticket]]]:
    slots = await many_slots(world, count, capacity)
    return slots, [await world.fill(slot_id, capacity) for slot_id in slots]


async def two_runs_at_once(hubs: list[Hub], world: World, manager: str, slots: int = 6) -> list[str]:
    """Let two wait for the one freed place of each slot, and both hubs serve at once. Return the broken promises."""
    ids, booked = await full_slots(world, slots)
    lines = [[await joined(hubs[0], world, slot_id) for _ in range(2)] for slot_id in ids]
    for (ticket,) in booked:
        await cancel(hubs[0], ticket, manager)
    await asyncio.gather(*(serve_all(hub) for hub in hubs), return_exceptions=True)
    broken = []
    offers = Counter(mail["payload"]["entry_id"] for mail in await mails(hubs[0], "waitlist.offer"))
    for slot_id, (first, second) in zip(ids, lines, strict=True):
        if await status(hubs[0], first, second) != ["OFFERED", "WAITING"]:
            broken.append(f"slot {slot_id}: {await status(hubs[0], first, second)}")
        if offers[first.entry_id] != 1:
            broken.append(f"slot {slot_id}: {offers[first.entry_id]} mails for one place")
        if await slot(hubs[0], slot_id) != (0, 1, 0):
            broken.append(f"slot {slot_id}: {await slot(hubs[0], slot_id)}")
    return broken + await broken_invariants(world.hub.database)


async def test_two_rounds_at_once_offer_each_place_once(two_hubs, world, manager, postgres_log):
    assert await two_runs_at_once(two_hubs, world, manager, slots=30) == []
    assert postgres_log.deadlocks() == []


@pytest.mark.parametrize(
    "gone",
    [(ENTRY_LOCKS, SLOT_LOCK, STATUS_ASKED), (LINE_LOCK, SLOT_LOCK, STATUS_ASKED), (LINE_LOCK, ENTRY_LOCKS, SLOT_LOCK)],
    ids=["the line's lock", "the entries' locks", "a look at the status"],
)
async def test_one_mechanism_alone_keeps_two_rounds_apart(two_hubs, world, manager, monkeypatch, gone):
    """The list's lock spares the second hub the wait.

    The locks of entries and slot serve booking, leaving and accepting.
    """
    await both_meet(world, monkeypatch, KEPT_APART, BOTH_OFFER)
    without(monkeypatch, *gone)
    assert await two_runs_at_once(two_hubs, world, manager) == []


async def test_without_its_locks_one_place_is_offered_twice(two_hubs, world, manager, monkeypatch):
    await both_meet(world, monkeypatch, TOGETHER, BOTH_OFFER)
    without(monkeypatch, STATUS_ASKED, LINE_LOCK, ENTRY_LOCKS, SLOT_LOCK)
    broken = await two_runs_at_once(two_hubs, world, manager)
    assert any("2 mails for one place" in line for line in broken), broken


CLOSING_ASKED = ("waitlist/entries", "end_entries", " AND e.status IN ('WAITING', 'OFFERED')\n", "\n")
CLOSING_LOCKS = ("waitlist/entries", "open_entries", "\n   FOR NO KEY UPDATE", "")
BOTH_CLOSE = ("waitlist/entries", "read_tickets", " WHERE w.org_id = $1", f" WHERE {MEETS} AND w.org_id = $1")


async def two_runs_close(hubs: list[Hub], world: World, clock: Clock, slots: int = 6) -> list[str]:
    """Let three wait for each of some slots that have just ended, and both hubs close the lists at once.

    Return the broken promises.
    """
    ids, _ = await full_slots(world, slots)
    lines = [await joined(hubs[0], world, slot_id) for slot_id in ids for _ in range(3)]
    clock.set(max(row["ends_at"] for row in await read_slots(world.hub.database, "ends_at", id=ids)))
    await asyncio.gather(*(serve_all(hub) for hub in hubs), return_exceptions=True)
    received = Counter(mail["payload"]["ticket_codes"][0] for mail in await mails(hubs[0], "waitlist.closed"))
    broken = [f"{stand}" for stand in await status(hubs[0], *lines) if stand != "CLOSED"]
    if len(received) != len(lines):
        broken.append(f"{len(received)} of {len(lines)} were told")
    broken += [f"{count} mails for {code}" for code, count in received.items() if count != 1]
    return broken + await broken_invariants(world.hub.database)


async def test_two_rounds_at_once_mail_everybody_once_that_their_list_is_closed(two_hubs, world, clock, postgres_log):
    assert await two_runs_close(two_hubs, world, clock, slots=20) == []
    assert postgres_log.deadlocks() == []


@pytest.mark.parametrize(
    "gone",
    [(ENTRY_LOCKS, CLOSING_LOCKS, CLOSING_ASKED), (LINE_LOCK, ENTRY_LOCKS, CLOSING_LOCKS)],
    ids=["the line's lock", "a look at the status"],
)
async def test_one_mechanism_alone_reports_a_closed_list_once(two_hubs, world, clock, monkeypatch, gone):
    await both_meet(world, monkeypatch, KEPT_APART, BOTH_CLOSE)
    without(monkeypatch, *gone)
    assert await two_runs_close(two_hubs, world, clock) == []


async def test_without_its_locks_a_closed_list_is_reported_twice(two_hubs, world, clock, monkeypatch):
    await both_meet(world, monkeypatch, TOGETHER, BOTH_CLOSE)
    without(monkeypatch, LINE_LOCK, ENTRY_LOCKS, CLOSING_LOCKS, CLOSING_ASKED)
    broken = await two_runs_close(two_hubs, world, clock)
    assert any(line.startswith("2 mails for") for line in broken), broken


async def answer_of(action: Awaitable[Any]) -> Any:
    """Return the action's result, or its refusal."""
    try:
        return await action
    except Refused as no:
        return no


async def two_clocks(
    hubs: list[Hub], world: World, clock: Clock, slots: int, *, lapsing_first: bool = False
) -> list[str]:
    """Accept offers at a hub whose clock is just before their end, and let them lapse at one whose clock is just after
    it.

    With `lapsing_first`, the second hub has read the first list before any acceptance. It writes when the acceptances
    are done or wait for it. Return the broken promises.
    """
    manager = await world.staff("MANAGER")
    ids, booked = await full_slots(world, slots)
    lines = [[await joined(hubs[0], world, slot_id) for _ in range(2)] for slot_id in ids]
    for (ticket,) in booked:
        await cancel(hubs[0], ticket, manager)
    await serve_all(hubs[0])
    ends = (await entry(hubs[0], lines[0][0]))["offer_ends_at"]
    clock.set(ends)
    clock.advance(-1)
    hubs[1].services.clock.set(ends)
    hubs[1].services.clock.advance(1)
    async with standstill(world.hub.settings.database_url) as still:
        if lapsing_first:
            await still.hold()
        lapsing = asyncio.create_task(serve_all(hubs[1]))
        if lapsing_first:
            await still.waits()
        # Four at a time, as many as there are connections for it.
        jobs = [partial(answer_of, accept_offer(hubs[0].services, first.token)) for first, _ in lines]
        accepting = asyncio.create_task(crowd(jobs, clients=4))
        while lapsing_first and not accepting.done() and await still.count() < 2:
            await asyncio.sleep(0.01)
        await still.go()
        answers = await accepting
        await asyncio.gather(lapsing, return_exceptions=True)
    broken = []
    lapsed = Counter(mail["payload"]["slot"]["slot_id"] for mail in await mails(hubs[0], "waitlist.lapsed"))
    for slot_id, line, answer in zip(ids, lines, answers, strict=True):
        stand, booking = await status(hubs[0], *line), not isinstance(answer, BaseException)
        if stand != (["ACCEPTED", "WAITING"] if booking else ["LAPSED", "OFFERED"]):
            broken.append(f"slot {slot_id}: {stand} though accepting came to {answer!r}")
        if lapsed[slot_id] != (not booking):
            broken.append(
                f"slot {slot_id}: {lapsed[slot_id]} mails say that the offer lapsed, and accepting came to {answer!r}"
            )
        if await slot(hubs[0], slot_id) != ((1, 0, 0) if booking else (0, 1, 0)):
            broken.append(f"slot {slot_id}: {await slot(hubs[0], slot_id)} though accepting came to {answer!r}")
    return broken + await broken_invariants(world.hub.database)


@pytest.fixture
async def hubs_apart(slow_servers, open_hub, clock):
    """Two hubs with a clock each, which differ by a second or two as on two machines."""
    first = await open_hub()
    second = await open_hub(clock=Clock(clock.offset_seconds))
    return [first, second]


@pytest.fixture
async def world_apart(hubs_apart):
    return await World(hubs_apart[0]).found()


async def test_an_offer_accepted_as_it_lapses_is_one_or_the_other(hubs_apart, world_apart, clock):
    assert await two_clocks(hubs_apart, world_apart, clock, slots=40) == []


LAPSES_WHATEVER_IT_IS = ("waitlist/entries", "lapse", " AND e.status = 'OFFERED' AND e.offer_ends_at <= $5\n", "\n")
READ_BEFORE = ("waitlist/entries", "read_tickets", " WHERE w.org_id = $1", f" WHERE {STANDS_STILL} AND w.org_id = $1")


async def test_the_early_read_alone_lapses_no_accepted_offer(hubs_apart, world_apart, clock, monkeypatch):
    """Control of the control below: an early read alone does no harm."""
    without(monkeypatch, READ_BEFORE)
    assert await two_clocks(hubs_apart, world_apart, clock, slots=2, lapsing_first=True) == []


async def test_without_the_entries_locks_an_accepted_offer_lapses(hubs_apart, world_apart, clock, monkeypatch):
    without(monkeypatch, READ_BEFORE, LAPSES_WHATEVER_IT_IS, ENTRY_LOCKS)
    broken = await two_clocks(hubs_apart, world_apart, clock, slots=2, lapsing_first=True)
    assert any("mails say that the offer lapsed" in line for line in broken), broken


async def accepted_twice(hubs: list[Hub], world: World, manager: str) -> list[str]:
    """Accept every offer at both hubs at once, and then once more. Return the broken promises."""
    ids, booked = await full_slots(world, 8, capacity=2)
    waiting = [await joined(hubs[0], world, slot_id, 2) for slot_id in ids]
    for party in booked:
        for ticket in party:
            await cancel(hubs[0], ticket, manager)
    await serve_all(hubs[0])
    broken = []
    for slot_id, one in zip(ids, waiting, strict=True):
        answers = list(
            await asyncio.gather(*(accept_offer(hub.services, one.token) for hub in hubs), return_exceptions=True)
        )
        try:
            answers.append(await accept_offer(hubs[1].services, one.token))
        except Refused as no:
            answers.append(no)
        if any(isinstance(answer, BaseException) or answer != answers[0] for answer in answers):
            broken.append(f"slot {slot_id}: {answers}")
        if await slot(hubs[0], slot_id) != (2, 0, 0):
            broken.append(f"slot {slot_id}: {await slot(hubs[0], slot_id)}")
    return broken + await broken_invariants(world.hub.database)


async def test_an_offer_accepted_twice_at_once_is_one_booking_with_one_answer(two_hubs, world, manager):
    assert await accepted_twice(two_hubs, world, manager) == []


async def test_an_offer_whose_first_answer_is_not_looked_up_is_refused_the_second_time(
    two_hubs, world, manager, monkeypatch
):
    sabotage(monkeypatch, "booking/reservations", "read_asked", ("k.key_hash = a.key_hash AND", "false AND"))
    broken = await accepted_twice(two_hubs, world, manager)
    assert any("Refused" in line for line in broken), broken
    assert all("Refused" in line for line in broken), "yet nothing is sold twice"


async def cancelled_before_a_crowd(hubs: list[Hub], world: World, manager: str) -> list[str]:
    """Cancel in ten full slots with a waiting list while a crowd books.

    Return who got a place that was held for another.
    """
    ids, booked = await full_slots(world, 10)
    for slot_id in ids:
        await joined(hubs[0], world, slot_id)
    public = await world.tickets(10 * 20)
    jobs = [partial(book, hubs[n % 2], ticket, ids[n % 10]) for n, ticket in enumerate(public)]
    cancels = [partial(cancel, hubs[n % 2], ticket, manager) for n, (ticket,) in enumerate(booked)]
    crowding = asyncio.create_task(crowd(jobs[:150], clients=20))
    await crowd(cancels, clients=3)
    await crowding
    await asyncio.gather(*(serve_all(hub) for hub in hubs))
    await crowd(jobs[150:], clients=20)
    broken = []
    for slot_id in ids:
        figures = await slot(hubs[0], slot_id)
        if figures != (0, 1, 0):
            broken.append(f"slot {slot_id} was overtaken: {figures}")
    return broken + await broken_invariants(world.hub.database)


async def test_the_public_never_gets_a_place_given_back_while_somebody_waits(two_hubs, world, manager):
    assert await cancelled_before_a_crowd(two_hubs, world, manager) == []


async def test_if_cancelling_does_not_hold_the_place_the_public_gets_it(two_hubs, world, manager, monkeypatch):
    held = "held_count = h.held_count + CASE WHEN h.has_waitlist AND h.ends_at > $5 THEN n.went - n.added ELSE 0 END"
    sabotage(monkeypatch, "booking/changes", "cancel_places", (held, "held_count = h.held_count"))

    # In place of serving, the public books before a job could hold the place again.
    async def nobody_serves(_: Hub) -> None:
        ids = await read_slots(world.hub.database, "id", total_capacity=1)
        tickets = await world.tickets(len(ids))
        answers = [await book(two_hubs[0], ticket, row["id"]) for ticket, row in zip(tickets, ids, strict=True)]
        assert {outcome(answer) for answer in answers} <= {"booked", "409 SLOT_FULL"}

    monkeypatch.setitem(cancelled_before_a_crowd.__globals__, "serve_all", nobody_serves)
    broken = await cancelled_before_a_crowd(two_hubs, world, manager)
    assert any("was overtaken: (1, 0, 0)" in line for line in broken), broken


CANCEL = load("booking/changes").cancel_places


async def joining_while_a_cancellation_waits(world: World, sql: str) -> tuple[int, int, int]:
    """Join a waiting list in an open transaction while a place of the slot is cancelled."""
    (slot_id,), ((ticket,),) = await full_slots(world, 1)
    database = world.hub.database
    version = (await read_ticket(database, id=ticket.id))["version"]
    joining, cancelling = [await asyncpg.connect(world.hub.settings.database_url) for _ in range(2)]
    try:
        async with joining.transaction():
            await joining.fetchrow(load("waitlist/entries").lock_slot, world.org_id, slot_id)
            await change_slot(joining, slot_id, has_waitlist=True)
            going = asyncio.ensure_future(cancelling.fetch(
                sql, world.org_id, [ticket.id], [version], [ticket.reservation_id], world.hub.services.clock.now(), "staff", None,
            ))  # fmt: skip
            async with standstill(world.hub.settings.database_url) as still:
                await still.waits()
            assert not going.done()
        assert len(await going) == 1
        return await slot(world.hub, slot_id)
    finally:
        await joining.close()
        await cancelling.close()


async def test_who_joins_at_the_moment_of_a_cancellation_is_seen_by_it(two_hubs, world):
    assert await joining_while_a_cancellation_waits(world, CANCEL) == (0, 1, 0)


async def test_a_cancellation_that_reads_the_flag_before_its_lock_misses_it(two_hubs, world):
    """Control: a cancellation that reads the flag before its lock misses the new entry.

    So the locked row must have it.
    """
    looks_first = CANCEL.replace(
        "CASE WHEN h.has_waitlist", "CASE WHEN (SELECT x.has_waitlist FROM reservation_slots x WHERE x.id = h.id)"
    )
    assert looks_first != CANCEL
    assert await joining_while_a_cancellation_waits(world, looks_first) == (0, 0, 1)


async def joining_twice(hubs: list[Hub], world: World) -> list[str]:
    """Put each of ten tickets on the list of one slot at both hubs at once. Return the results other than one entry."""
    slot_id = await world.slot(start="15:00", end="16:00", capacity=1, booked=1)
    odd = []
    for ticket in await world.tickets(10):
        pair = await asyncio.gather(*(join(hub, world, slot_id, ticket) for hub in hubs), return_exceptions=True)
        received = sorted("joined" if not isinstance(one, BaseException) else str(one) for one in pair)
        if received != ["ALREADY_WAITING", "joined"]:
            odd.append(f"{received}")
    return odd


async def test_a_ticket_joins_a_list_once_at_whichever_hub(two_hubs, world):
    assert await joining_twice(two_hubs, world) == []


async def test_without_its_index_a_ticket_waits_twice(two_hubs, world):
    await drop_index(world.hub.database, "waitlist_tickets_wait_once")
    assert await joining_twice(two_hubs, world) == ["['joined', 'joined']"] * 10


async def test_one_key_at_both_hubs_at_once_is_one_entry(two_hubs, world):
    slot_id = await world.slot(start="15:00", end="16:00", capacity=1, booked=1)
    for n, ticket in enumerate(await world.tickets(10)):
        one, other = await asyncio.gather(*(join(hub, world, slot_id, ticket, key=f"page-{n}") for hub in two_hubs))
        assert one.entry_id == other.entry_id
        for token in (one.token, other.token):
            assert (await read_waitlist(two_hubs[0].services, token)).entry_id == one.entry_id
