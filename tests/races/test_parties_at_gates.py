"""A party at several gates at once: never more than booked come in, and each answer says how many are in."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.scanning.entry_scans import EntryScans
from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.invariants import broken_invariants
from tests.support.movements import count_inside
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.offline_queue import queued, sync
from tests.support.parties import book_together, numbers
from tests.support.reservations import read_reservation
from tests.support.scan_log import count_entries
from tests.support.shows import Booking, add_booking, add_bookings, add_stage
from tests.support.websocket_client import Socket, connected
from tests.support.world import World

NO_VERSION_GUARD = (" AND t.id = a.ticket_id AND t.version = a.version\n", " AND t.id = a.ticket_id\n")
NO_UNDO_GUARD = (" AND t.version = $4\n", " AND $4::integer IS NOT NULL\n")
NO_PARTY_LOCK = ("\n   FOR NO KEY UPDATE OF t", "")
MET_WITHIN = 10


@pytest.fixture
async def gates(two_hubs: list[Hub], world: World) -> list[Socket]:
    """Four gates, two at each hub."""
    return [
        await two_hubs[n % 2].socket(await world.staff(name=name), gate=gate)
        for n, (name, gate) in enumerate([("Jane", "A"), ("Tom", "B"), ("Ann", "C"), ("Bob", "D")])
    ]


class Meeting:
    """Lets the next two entries with a code be read before either is written. The one that lost is then decided again, alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._awaited: dict[str, tuple[asyncio.Barrier, list[None]]] = {}
        write = EntryScans._write_entries

        async def write_entries(scans: EntryScans, connection: Any, entries: Any, now: Any, publish: Any) -> Any:
            for scan in entries:
                barrier, missing = self._awaited.get(scan.request.code, (None, []))
                if barrier is not None and missing:
                    missing.pop()
                    async with asyncio.timeout(MET_WITHIN):
                        await barrier.wait()
            return await write(scans, connection, entries, now, publish)

        monkeypatch.setattr(EntryScans, "_write_entries", write_entries)

    def of(self, code: str) -> None:
        self._awaited[code] = asyncio.Barrier(2), [None, None]


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    return Meeting(monkeypatch)


async def party(world: World, size: int) -> Booking:
    return await add_booking(world, (await add_stage(world, start="10:00", end="14:00")).performance_id, size)


async def admitted(world: World, booking: Booking) -> int:
    return int((await read_reservation(world.hub.database, "admitted", id=booking.reservation_id))["admitted"])


async def test_parts_of_one_party_at_four_gates_admit_no_more_than_booked(world, gates):
    """Every gate admits ones, twos and threes of the same parties until nobody remains."""
    draw = random.Random(5)
    stage = await add_stage(world, capacity=1000)
    bookings = await add_bookings(world, stage.performance_id, 12, 7)
    let_in: dict[str, list[tuple[int, int]]] = {booking.code: [] for booking in bookings}

    async def steward(gate: Socket) -> None:
        for _ in range(4):
            for booking in draw.sample(bookings, len(bookings)):
                count = draw.choice((1, 2, 3))
                decision = await gate.verify(booking.code, count=count)
                size, inside, remaining = numbers(decision)
                assert (size, inside + remaining) == (7, 7)
                if decision["reason"] == "VERIFIED":
                    let_in[booking.code].append((inside, count))
                else:
                    assert decision["reason"] in ("PARTY_TOO_LARGE", "ALREADY_VERIFIED")

    await asyncio.gather(*map(steward, gates))
    for booking in bookings:
        # Each answer says how many were in after its own part, so the parts follow one another.
        after = 0
        for inside, count in sorted(let_in[booking.code]):
            after += count
            assert inside == after
        assert after == await admitted(world, booking) <= 7
    assert await broken_invariants(world.hub.database) == []


async def test_parts_of_one_party_at_four_gates_of_two_processes_admit_no_more_than_booked(
    two_hubs, world, clock, tmp_path, free_port
):
    """One hub is `hub serve` in a process of its own, the other is in the test's."""
    served = ServedHub(two_hubs[0], clock, tmp_path, free_port, patient=True)
    await served.start()
    try:
        async with AsyncExitStack() as stack:
            gates = [
                await stack.enter_async_context(connected(url, await world.staff()))
                for url in (served.url, two_hubs[0].url, served.url, two_hubs[0].url)
            ]
            slot_id = await world.slot(capacity=1000)
            for _ in range(8):
                booking = await party(world, 7)
                family = await book_together(world, slot_id, 7)
                codes = [(booking.code, False)] * 4, [(ticket.code, True) for ticket in family[:4]]
                for shown in codes:
                    four = await asyncio.gather(
                        *(gate.verify(code, party=one, count=2) for gate, (code, one) in zip(gates, shown, strict=True))
                    )
                    reasons = sorted(decision["reason"] for decision in four)
                    assert reasons == ["PARTY_TOO_LARGE", *["VERIFIED"] * 3]
                    inside = sorted(numbers(one)[1] for one in four if one["reason"] == "VERIFIED")
                    assert inside == [2, 4, 6]
                assert await admitted(world, booking) == 6
    finally:
        await served.kill()
    assert await broken_invariants(world.hub.database) == []


async def two_parts(world: World, gates: list[Socket], meeting: Meeting, booking: Booking, *counts: int) -> list[str]:
    meeting.of(booking.code)
    decisions = await asyncio.gather(
        *(gate.verify(booking.code, count=n) for gate, n in zip(gates, counts, strict=False))
    )
    return sorted(decision["reason"] for decision in decisions)


async def test_of_two_parts_that_do_not_fit_together_one_comes_in(world, gates, meeting):
    for _ in range(10):
        booking = await party(world, 5)
        assert await two_parts(world, gates, meeting, booking, 3, 3) == ["PARTY_TOO_LARGE", "VERIFIED"]
        assert await admitted(world, booking) == 3
    assert await broken_invariants(world.hub.database) == []


async def test_two_parts_that_fit_both_come_in(world, gates, meeting):
    for _ in range(10):
        booking = await party(world, 5)
        assert await two_parts(world, gates, meeting, booking, 2, 3) == ["VERIFIED", "VERIFIED"]
        assert await admitted(world, booking) == 5
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_more_than_booked_come_in(world, gates, meeting, monkeypatch):
    sabotage(monkeypatch, "scanning/entries", "write_entry_scans", NO_VERSION_GUARD)
    await without_last_line(world, "reservation_slots_verified_within_booked")
    booking = await party(world, 5)
    assert await two_parts(world, gates, meeting, booking, 3, 3) == ["VERIFIED", "VERIFIED"]
    assert await admitted(world, booking) == 6
    assert any("than it admits" in line for line in await broken_invariants(world.hub.database))


async def test_without_the_version_the_check_still_admits_no_more_than_booked(world, gates, meeting, monkeypatch):
    sabotage(monkeypatch, "scanning/entries", "write_entry_scans", NO_VERSION_GUARD)
    booking = await party(world, 5)
    meeting.of(booking.code)
    replies = await asyncio.gather(
        *(gate.command("verify", code=booking.code, scan_id=str(uuid4()), count=3) for gate in gates[:2])
    )
    assert sorted(reply["success"] and reply["data"]["reason"] == "VERIFIED" for reply in replies) == [False, True]
    assert await admitted(world, booking) == 3
    assert await broken_invariants(world.hub.database) == []


async def test_the_same_part_sent_again_over_another_hub_at_the_same_moment_comes_in_once(two_hubs, world, meeting):
    token = await world.staff()
    wavering = [await hub.socket(token, gate="A") for hub in two_hubs]
    for _ in range(10):
        booking, scan_id = await party(world, 5), str(uuid4())
        meeting.of(booking.code)
        pair = await asyncio.gather(*(gate.verify(booking.code, scan_id, count=2) for gate in wavering))
        assert [numbers(decision) for decision in pair] == [(5, 2, 3)] * 2
        assert await admitted(world, booking) == 2
    assert await broken_invariants(world.hub.database) == []


async def test_the_same_family_at_two_gates_comes_in_once(world, gates):
    slot_id = await world.slot(capacity=1000)
    for _ in range(10):
        family = await book_together(world, slot_id, 5)
        decisions = await asyncio.gather(
            *(gate.verify(ticket.code, party=True) for gate, ticket in zip(gates, family, strict=False))
        )
        assert sorted(decision["reason"] for decision in decisions) == ["ALREADY_VERIFIED"] * 3 + ["VERIFIED"]
        assert {numbers(decision) for decision in decisions} == {(5, 5, 0)}
    assert await count_entries(world.hub.database) == 50
    assert await broken_invariants(world.hub.database) == []


async def test_parts_of_a_family_and_single_scans_of_it_at_four_gates_admit_each_once(world, gates):
    slot_id = await world.slot(capacity=1000)
    for _ in range(8):
        family = await book_together(world, slot_id, 6)
        await asyncio.gather(
            gates[0].verify(family[0].code, party=True, count=2),
            gates[1].verify(family[5].code, party=True, count=3),
            gates[2].verify(family[3].code),
            gates[3].verify(family[1].code),
        )
        last = await gates[0].verify(family[0].code, party=True)
        assert numbers(last) == (6, 6, 0)
    assert await count_entries(world.hub.database) == 48
    assert await broken_invariants(world.hub.database) == []


async def family_halted(world: World, gates: list[Socket], still: Standstill) -> list[dict[str, Any]]:
    """Let a second gate scan the same family while the first has written its tickets and not committed."""
    family = await book_together(world, await world.slot(), 4)
    await still.at("scans")
    pair = []
    for gate, ticket in zip(gates[:2], family, strict=False):
        scan = gate.command("verify", code=ticket.code, scan_id=str(uuid4()), party=True, count=3)
        pair.append(asyncio.create_task(scan))
        await still.waits(len(pair))
    await still.go()
    return [await reply for reply in pair]


async def test_a_family_is_locked_before_it_is_read(world, gates, still):
    replies = await family_halted(world, gates, still)
    assert [reply["data"]["reason"] for reply in replies] == ["VERIFIED", "PARTY_TOO_LARGE"]
    assert await count_entries(world.hub.database) == 3
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_lock_the_second_gate_decides_about_tickets_that_are_in(world, gates, still, monkeypatch):
    """The version of each ticket still keeps it from coming in twice. But the second gate gets no answer."""
    sabotage(monkeypatch, "scanning/entries", "lock_party", NO_PARTY_LOCK)
    first, second = await family_halted(world, gates, still)
    assert first["data"]["reason"] == "VERIFIED"
    assert second["error"]["code"] == "INTERNAL"
    assert await count_entries(world.hub.database) == 3
    assert await broken_invariants(world.hub.database) == []


async def undone_while_another_part_comes_in(
    world: World, gates: list[Socket], still: Standstill
) -> tuple[Booking, dict[str, Any]]:
    """Let the undo of the first part take its snapshot before a second part commits, and write after it."""
    booking, scan_id = await party(world, 5), str(uuid4())
    await gates[0].verify(booking.code, scan_id, count=2)
    await still.at("scans", when="NEW.mode = 'verify'")
    part = asyncio.create_task(gates[1].verify(booking.code, count=3))
    await still.waits(1)
    undo = asyncio.create_task(gates[0].command("undo", scan_id=scan_id, reason="counted wrong"))
    await still.waits(2)
    await still.go()
    assert (await part)["reason"] == "VERIFIED"
    return booking, await undo


async def test_the_undo_of_one_part_and_the_entry_of_another_both_count(world, gates, still):
    booking, undone = await undone_while_another_part_comes_in(world, gates, still)
    assert undone["data"]["people"] == 2
    assert await admitted(world, booking) == 3
    seen = await gates[0].validate(booking.code)
    assert (numbers(seen), seen["verified"]["operator_name"]) == ((5, 3, 2), "Tom")
    assert await broken_invariants(world.hub.database) == []


async def test_without_the_version_check_an_undo_forgets_the_part_that_came_in_meanwhile(
    world, gates, still, monkeypatch
):
    sabotage(monkeypatch, "scanning/entries", "undo_scan", NO_UNDO_GUARD)
    await undone_while_another_part_comes_in(world, gates, still)
    broken = await broken_invariants(world.hub.database)
    assert any("ticket and reservation agree" in line for line in broken), broken


async def test_an_offline_part_and_an_online_one_at_once_admit_no_more_than_booked(world, gates, meeting):
    for _ in range(10):
        booking = await party(world, 5)
        meeting.of(booking.code)
        scan = queued(booking.code, -10, count=3)
        [synced], online = await asyncio.gather(sync(gates[0], scan), gates[1].verify(booking.code, count=3))
        if synced["outcome"] == "accepted":
            assert online["reason"] == "PARTY_TOO_LARGE"
            assert await admitted(world, booking) == 3
        else:
            assert (synced["kind"], synced["people"]) == ("party_too_large", 1)
            assert await admitted(world, booking) == 5
        [again] = await sync(gates[2], scan)
        assert (again["outcome"], again.get("people")) == (
            ("duplicate", None) if synced["outcome"] == "accepted" else ("conflict", 1)
        )
    assert await broken_invariants(world.hub.database) == []


async def test_whatever_happens_to_parties_at_once_the_people_inside_are_right(two_hubs, world, gates):
    """Parts come in, leave, come back and are undone at random over two hubs, of bookings and of families."""
    draw = random.Random(13)
    await world.policy(re_entry="allow")
    two_hubs[1].services.venues.forget()
    stage = await add_stage(world, capacity=1000, start="10:00", end="14:00")
    bookings = [booking.code for booking in await add_bookings(world, stage.performance_id, 6, 4)]
    family = [ticket.code for ticket in await book_together(world, await world.slot(), 5)]
    managers = [await two_hubs[n % 2].socket(await world.staff("MANAGER")) for n in range(4)]
    done: list[str] = []

    async def muddle(gate: Socket, manager: Socket) -> None:
        for _ in range(50):
            scan_id, count = str(uuid4()), draw.choice((None, 1, 2, 3))
            action = draw.choice(("verify", "verify", "leave", "undo", "family"))
            if action == "undo" and done:
                await manager.command("undo", scan_id=draw.choice(done[-20:]), reason="a muddle")
                continue
            code = draw.choice(family if action == "family" else bookings)
            if action == "leave":
                decision = await gate.leave(code, scan_id, count=count)
            else:
                decision = await gate.verify(code, scan_id, count=count, party=True)
            if decision["reason"] in ("VERIFIED", "EXIT_RECORDED", "RE_ENTRY"):
                done.append(scan_id)

    await asyncio.gather(*(muddle(gate, manager) for gate, manager in zip(gates, managers, strict=True)))
    assert await broken_invariants(world.hub.database) == []
    for hub in two_hubs:
        board = await hub.socket(await world.staff("MANAGER"))
        counts = (await board.command("subscribe", topic="counts"))["data"]
        assert counts["inside"] == await count_inside(world.hub.database)
