"""The offline sync: every queued scan is recorded once, and every wrong admission becomes a conflict."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from hub.actions.booking.expire import expire
from hub.actions.reporting.reconcile import reconcile
from hub.settings import Rate
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.movements import read_walk_ins
from tests.support.negative_controls import drop_constraint, sabotage, without_last_line
from tests.support.occupancy import counts, figures
from tests.support.offline_queue import queued, sync
from tests.support.parties import book_together
from tests.support.scan_conflicts import count_conflicts, read_conflict
from tests.support.scan_log import count_entries, count_scans, read_scan, read_scans
from tests.support.shows import Booking, add_booking, add_stage
from tests.support.slots import read_slot, sum_verified
from tests.support.tickets import read_ticket_status, read_visit
from tests.support.websocket_client import Socket
from tests.support.world import NOON, TODAY, Ticket, World

# These tests turn the clock far ahead, and jobs of the hub follow it.
pytestmark = pytest.mark.own_hub


async def test_an_admission_is_recorded_with_both_its_times(hub, world, jane):
    slot_id = await world.slot()
    ticket = await world.reserved(slot_id)
    [result] = await sync(jane, queued(ticket.code, -10), skew_ms=-120_000)
    assert (result["outcome"], result["reason"]) == ("accepted", "VERIFIED")
    # The device's clock is two minutes slow, so by the hub's clock the scan was eight minutes ago.
    assert result["decision"]["verified"]["verified_at"] == "2026-11-20T10:52:00Z"
    row = await read_scan(hub.database)
    assert (row["source"], row["gate"], row["device"], row["entered"]) == ("sync", "A", "gate-A", True)
    assert row["scanned_at"] == NOON - timedelta(minutes=8)
    assert NOON <= row["logged_at"] < NOON + timedelta(minutes=1)
    visit = await read_visit(hub.database, ticket.id)
    assert (visit["verified_at"], visit["reservation_verified_at"]) == (NOON - timedelta(minutes=8),) * 2
    assert (await read_slot(hub.database, id=slot_id))["verified_count"] == 1


async def test_two_devices_that_admitted_one_ticket_give_one_entry_and_one_conflict_that_names_the_first(
    hub, world, jane, tom
):
    ticket = await world.reserved(await world.slot())
    at_a, at_b = queued(ticket.code, -20), queued(ticket.code, -15)
    assert [r["outcome"] for r in await sync(jane, at_a)] == ["accepted"]
    [second] = await sync(tom, at_b)
    assert (second["outcome"], second["kind"]) == ("conflict", "already_verified")
    assert second["first_entry"] | {"verified_by": 0} == {
        "verified_at": "2026-11-20T10:40:00Z", "verified_by": 0, "operator_name": "Jane Smith", "gate": "A",
    }  # fmt: skip
    assert await count_entries(hub.database) == 1
    assert await count_conflicts(hub.database) == 1
    # A scanner that got no answer sends the scan again. The answer is the same, and nothing is written twice.
    [again] = await sync(tom, at_b)
    assert again == second | {"repeated": True, "decision": again["decision"]}
    assert await count_conflicts(hub.database) == 1
    assert [r["outcome"] for r in await sync(jane, at_a)] == ["duplicate"]


async def test_of_two_in_one_queue_the_earlier_is_the_entry_whatever_their_order(world, jane):
    ticket = await world.reserved(await world.slot())
    later, earlier = await sync(jane, queued(ticket.code, -5), queued(ticket.code, -25))
    assert (later["outcome"], earlier["outcome"]) == ("conflict", "accepted")
    assert later["first_entry"]["verified_at"] == "2026-11-20T10:35:00Z"


CASES = [
    ("cancelled", "TICKET_CANCELLED", {"status": "CANCELLED"}),
    ("not_activated", "TICKET_NOT_ACTIVATED", {"status": "PENDING_PAYMENT"}),
    ("no_reservation", "NO_RESERVATION", {"status": "ACTIVATED"}),
    ("expired", "TICKET_EXPIRED", {"status": "ACTIVATED", "valid_until": NOON - timedelta(days=1)}),
]


@pytest.mark.parametrize(("kind", "reason", "columns"), CASES, ids=[case[0] for case in CASES])
async def test_whoever_should_not_have_come_in_is_a_conflict(hub, world, jane, kind, reason, columns):
    ticket = await world.ticket(**columns)
    [result] = await sync(jane, queued(ticket.code))
    assert (result["outcome"], result["kind"], result["reason"]) == ("conflict", kind, reason)
    assert result["decision"]["result"] == "RED"
    row = await read_conflict(hub.database)
    assert (row["kind"], row["ticket_id"], row["offline_result"]) == (kind, ticket.id, "GREEN")


async def test_an_unknown_code_another_day_and_another_venue_are_conflicts(world, jane):
    tomorrow = await world.reserved(await world.slot(TODAY + timedelta(days=1)))
    elsewhere = await world.reserved(await world.slot(venue_id=await world.venue()))
    results = await sync(jane, queued("no such code"), queued(tomorrow.code), queued(elsewhere.code))
    assert [r["kind"] for r in results] == ["unknown", "wrong_date", "wrong_venue"]


async def test_whoever_was_turned_away_is_neither_in_nor_a_conflict(hub, world, jane):
    ticket = await world.reserved(await world.slot())
    results = await sync(
        jane,
        queued(ticket.code, offline="RED"),
        queued(ticket.code, mode="validate"),
        queued(ticket.code, admitted=False),
    )
    assert [r["outcome"] for r in results] == ["accepted"] * 3
    assert await count_scans(hub.database, entered=False) == 3
    assert await count_conflicts(hub.database) == 0


async def test_yellow_for_a_ticket_already_in_agrees_with_the_hub_unless_somebody_was_let_in(world, jane):
    ticket = await world.reserved(await world.slot())
    await jane.verify(ticket.code)
    seen, let_in = await sync(
        jane, queued(ticket.code, offline="YELLOW"), queued(ticket.code, offline="YELLOW", admitted=True)
    )
    assert (seen["outcome"], let_in["outcome"]) == ("accepted", "conflict")


async def test_a_visitor_counts_although_the_slot_has_ended_and_expired_meanwhile(hub, world, jane, clock):
    slot_id = await world.slot(start="10:00", end="12:30")
    ticket, other = await world.reserved(slot_id), await world.reserved(slot_id)
    clock.set(NOON + timedelta(hours=2))
    await expire(hub.services)
    assert await read_ticket_status(hub.database, ticket.id) == "EXPIRED"
    scan = queued(ticket.code, 5)
    assert [r["outcome"] for r in await sync(jane, scan)] == ["accepted"]
    assert [r["outcome"] for r in await sync(jane, scan)] == ["duplicate"]
    [late] = await sync(jane, queued(other.code, 45))
    assert late["kind"] == "expired", "it was over when this one was scanned"
    assert (await reconcile(hub.services))["counts"] == []


async def test_a_walk_in_and_its_undo_count_for_the_day_of_its_scan(hub, world, clock):
    await world.policy(unreserved_entry="allow")
    ticket = await world.ticket()
    clock.set(NOON + timedelta(days=1))
    jane = await hub.socket(await world.staff(name="Jane Smith"), gate="A")
    scan = queued(ticket.code)
    assert [r["outcome"] for r in await sync(jane, scan)] == ["accepted"]
    assert [tuple(row) for row in await read_walk_ins(hub.database, "date", "entered")] == [(TODAY, 1)]
    reply = await jane.command("undo", scan_id=scan["scan_id"], reason="the wrong person")
    assert reply["success"], reply
    assert [tuple(row) for row in await read_walk_ins(hub.database, "date", "entered")] == [(TODAY, 0)]


async def test_a_clock_that_is_nonsense_neither_breaks_nor_reaches_into_the_future(hub, world, jane):
    slot_id = await world.slot()
    moments = ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-11-20T11:00:00+14:00")
    for at, skew in product(moments, (-31 * 86_400_000, 0, 31 * 86_400_000)):
        scan = queued((await world.reserved(slot_id)).code) | {"scanned_at": at}
        await sync(jane, scan, skew_ms=skew)
    scans = await read_scans(hub.database, "scanned_at")
    assert max(row["scanned_at"] for row in scans) < NOON + timedelta(minutes=1)


async def test_a_scan_id_of_another_code_is_refused_alone(world, jane):
    slot_id = await world.slot()
    first, other = await world.reserved(slot_id), await world.reserved(slot_id)
    scan = queued(first.code)
    await sync(jane, scan)
    mixed = await sync(jane, scan | {"code": other.code}, queued(other.code))
    assert [r["outcome"] for r in mixed] == ["refused", "accepted"]
    assert mixed[0]["reason"] == "SCAN_ID_REUSED"


async def test_a_verify_whose_answer_was_lost_is_known_when_it_comes_with_the_queue(world, jane):
    ticket = await world.reserved(await world.slot())
    scan = queued(ticket.code)
    await jane.verify(ticket.code, scan["scan_id"])
    assert [r["outcome"] for r in await sync(jane, scan)] == ["duplicate"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("scan_id", "7"), ("code", ""), ("code", None), ("scanned_at", "noon"), ("scanned_at", None), ("offline_result", "BLUE"),
     ("mode", "undo"), ("admitted", "yes"), ("gate", "x" * 65)],
)  # fmt: skip
async def test_a_scan_that_cannot_be_read_is_named_and_nothing_is_done(hub, world, jane, field, value):
    ticket = await world.reserved(await world.slot())
    reply = await jane.command("sync", scans=[queued(ticket.code), queued("x") | {field: value}])
    assert reply["error"]["code"] == "INVALID_REQUEST"
    assert reply["error"]["errors"][0]["field"] == f"scans.1.{field}"
    assert await count_scans(hub.database) == 0


async def test_syncing_has_a_budget_of_its_own(open_hub):
    hub = await open_hub(rate_sync=Rate(2, 60), rate_operator=Rate(100, 60))
    world = await World(hub).found()
    socket = await hub.socket(await world.staff())
    accepted = [(await socket.command("sync", scans=[queued("x")]))["success"] for _ in range(3)]
    assert accepted == [True, True, False]
    assert (await socket.validate("x"))["result"] == "RED", "a sync does not hold up live scans"


async def replay(hub: Hub, world: World, tickets: list[Ticket], times: int) -> list[str]:
    """Send two devices' queues for the same tickets repeatedly, in batches of any order. Return the broken promises."""
    lot = random.Random(7)
    gates = [await hub.socket(await world.staff(name=name), gate=gate) for name, gate in (("Jane", "A"), ("Tom", "B"))]
    queue = [queued(ticket.code, -60 + n / 100) for n, ticket in enumerate(tickets)]
    rival = [queued(ticket.code, -30 + n / 100) for n, ticket in enumerate(tickets[: len(tickets) // 10])]
    outcomes_of: dict[str, list[str]] = {scan["scan_id"]: [] for scan in (*queue, *rival)}
    for turn in range(times):
        for socket, scans in ((gates[0], queue), (gates[1], rival)):
            if turn:
                lot.shuffle(scans)
            for start in range(0, len(scans), 200):
                for result in await sync(socket, *scans[start : start + 200]):
                    outcomes_of[result["scan_id"]].append(result["outcome"])
    broken = []
    if any(outcomes_of[scan["scan_id"]] != ["accepted"] + ["duplicate"] * (times - 1) for scan in queue):
        broken.append("a scan was not taken over exactly once")
    if any(outcomes_of[scan["scan_id"]] != ["conflict"] * times for scan in rival):
        broken.append("a conflict was not answered every time")
    figures = (
        await count_entries(hub.database), await count_scans(hub.database), await count_conflicts(hub.database),
        await sum_verified(hub.database),
    )  # fmt: skip
    wanted = (len(queue), len(queue) + len(rival), len(rival), len(queue))
    if figures != wanted:
        broken.append(f"{figures} entries, scans, conflicts and verified instead of {wanted}")
    return broken + await broken_invariants(hub.database)


async def test_a_thousand_scans_sent_ten_times_and_out_of_order_give_one_entry_each(hub, world):
    tickets = await world.fill(await world.slot(capacity=1000), 1000)
    assert await replay(hub, world, tickets, 10) == []


async def test_without_version_check_and_scan_key_tickets_get_several_entries(open_hub, monkeypatch):
    hub = await open_hub()
    world = await World(hub).found()
    tickets = await world.fill(await world.slot(capacity=50), 50)
    sabotage(
        monkeypatch,
        "scanning/entries",
        "write_entry_scans",
        (" AND t.id = a.ticket_id AND t.version = a.version\n", " AND t.id = a.ticket_id\n"),
    )
    sabotage(monkeypatch, "scanning/entries", "read_entry_scans", ("t.verified_at, t.verified_by", "NULL::timestamptz AS verified_at, t.verified_by"),
             ("e.scan_id = a.scan_id AND", "false AND"))  # fmt: skip
    await drop_constraint(hub.database, "scans", "scans_pkey")
    await without_last_line(world, "reservation_slots_verified_within_booked")
    broken = await replay(hub, world, tickets, 3)
    assert "a scan was not taken over exactly once" in broken, broken


async def test_a_conflict_that_a_crash_left_unwritten_is_written_when_the_scan_comes_again(
    hub, world, jane, tom, monkeypatch
):
    ticket = await world.reserved(await world.slot())
    await sync(jane, queued(ticket.code, -20))
    scan = queued(ticket.code, -10)
    with monkeypatch.context() as crash:
        sabotage(
            crash,
            "scanning/conflicts",
            "note_conflicts",
            ("INSERT INTO scan_conflicts", "INSERT INTO scan_conflicts_gone"),
        )
        reply = await tom.command("sync", scans=[scan])
        assert reply["success"] is False
    assert await count_scans(hub.database, entered=False) == 1, "logged, and then it crashed"
    assert await count_conflicts(hub.database) == 0
    [result] = await sync(tom, scan)
    assert (result["outcome"], result["repeated"]) == ("conflict", True)
    assert await count_conflicts(hub.database) == 1


async def test_without_its_key_one_scan_makes_two_conflicts(hub, world, jane, tom, monkeypatch):
    """Control: without its key, every replay writes another conflict."""
    ticket = await world.reserved(await world.slot())
    await sync(jane, queued(ticket.code, -20))
    scan = queued(ticket.code, -10)
    sabotage(monkeypatch, "scanning/conflicts", "note_conflicts", ("\nON CONFLICT (scan_id, org_id) DO NOTHING", ""))
    await drop_constraint(hub.database, "scan_conflicts", "scan_conflicts_once")
    for _ in range(2):
        await sync(tom, scan)
    assert await count_conflicts(hub.database) == 2


async def test_two_hubs_that_get_the_same_queue_at_once_record_it_once(open_hub):
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    hubs[1].services.venues.forget()
    tickets = await world.fill(await world.slot(capacity=300), 300)
    token = await world.staff()
    sockets = [await hub.socket(token, gate="A") for hub in hubs]
    scans = [queued(ticket.code, -60 + n / 100) for n, ticket in enumerate(tickets)]

    async def send(socket: Socket, mine: list[dict[str, Any]]) -> list[str]:
        return [r["outcome"] for start in range(0, 300, 100) for r in await sync(socket, *mine[start : start + 100])]

    both = await asyncio.gather(send(sockets[0], scans), send(sockets[1], list(reversed(scans))))
    assert sorted(both[0] + both[1]) == ["accepted"] * 300 + ["duplicate"] * 300
    assert await count_entries(hubs[0].database) == 300
    assert await broken_invariants(hubs[0].database) == []


async def party_of(world: World, size: int = 5) -> Booking:
    return await add_booking(world, (await add_stage(world, start="10:00", end="14:00")).performance_id, size)


async def test_offline_parts_of_a_party_are_recorded_and_what_no_longer_fits_is_a_conflict_that_says_how_many(
    hub, world, jane, tom, sue, board
):
    booking = await party_of(world)
    await sue.command("subscribe", topic="conflicts")
    at_a, at_b = queued(booking.code, -20, count=3), queued(booking.code, -15, count=4)
    [first] = await sync(jane, at_a)
    assert (first["outcome"], first["decision"]["detail"]) == ("accepted", "3 of 5 in")
    [second] = await sync(tom, at_b)
    assert (second["outcome"], second["kind"], second["people"]) == ("conflict", "party_too_large", 2)
    assert (second["reason"], second["decision"]["detail"]) == ("VERIFIED", "5 of 5 in"), "two of the four fitted"
    assert second["first_entry"]["operator_name"] == "Jane Smith"
    row = await read_conflict(hub.database)
    assert (row["people"], row["kind"], row["ticket_id"]) == (2, "party_too_large", booking.id)
    assert (await sue.event())["data"]["conflict"]["people"] == 2
    assert await figures(board) == counts(5, 5, 0, 0)
    for _ in range(3):
        [again] = await sync(tom, at_b)
        assert again == second | {"repeated": True, "decision": again["decision"]}
        assert again["decision"]["party"] == second["decision"]["party"]
        assert [result["outcome"] for result in await sync(jane, at_a)] == ["duplicate"]
    assert await count_conflicts(hub.database) == 1
    assert await figures(board) == counts(5, 5, 0, 0)


async def test_of_a_whole_party_once_more_all_are_in_the_conflict(hub, world, jane, tom):
    booking = await party_of(world)
    await sync(jane, queued(booking.code, -20))
    counted, uncounted = await sync(tom, queued(booking.code, -15, count=3), queued(booking.code, -10))
    assert (counted["kind"], counted["people"]) == ("already_verified", 3)
    assert (uncounted["kind"], uncounted["people"]) == ("already_verified", 1)


async def test_a_party_that_should_not_have_come_in_is_a_conflict_with_all_its_people(hub, world, jane):
    stage = await add_stage(world, day=TODAY + timedelta(days=1))
    tomorrow, pending = [
        await add_booking(world, stage.performance_id, 4, status) for status in ("CONFIRMED", "PENDING")
    ]
    wrong_day, some, unconfirmed = await sync(
        jane, queued(tomorrow.code), queued(tomorrow.code, count=2), queued(pending.code, count=3)
    )
    assert (wrong_day["kind"], wrong_day["people"]) == ("wrong_date", 4)
    assert (some["kind"], some["people"]) == ("wrong_date", 2)
    assert (unconfirmed["kind"], unconfirmed["people"]) == ("not_confirmed", 3)
    [unknown] = await sync(jane, queued("BKG-ODD", count=2))
    assert (unknown["kind"], unknown["people"]) == ("unknown", 2)


async def test_an_earlier_offline_part_is_the_first_entry_although_it_is_synced_later(hub, world, jane, tom):
    booking = await party_of(world)
    assert (await tom.verify(booking.code, count=2))["verified"]["operator_name"] == "Tom Brown"
    [result] = await sync(jane, queued(booking.code, -20, count=1))
    verified = result["decision"]["verified"]
    assert (verified["operator_name"], verified["verified_at"]) == ("Jane Smith", "2026-11-20T10:40:00Z")
    later = (await tom.validate(booking.code))["verified"]
    assert (later["operator_name"], later["gate"], later["verified_at"]) == ("Jane Smith", "A", "2026-11-20T10:40:00Z")


async def test_a_family_admitted_offline_in_one_scan_is_recorded_ticket_by_ticket(hub, world, jane, tom, board):
    family = await book_together(world, await world.slot(), 5)
    scan, rival = queued(family[0].code, -20, count=3, party=True), queued(family[4].code, -15, count=4, party=True)
    [first], [second] = await sync(jane, scan), await sync(tom, rival)
    assert (first["outcome"], first["decision"]["detail"]) == ("accepted", "3 of 5 in")
    assert (second["outcome"], second["kind"], second["people"]) == ("conflict", "party_too_large", 2)
    assert await figures(board) == counts(5, 5, 0, 0)
    assert [result["outcome"] for result in await sync(jane, scan)] == ["duplicate"]
    [again] = await sync(tom, rival)
    assert (again["outcome"], again["people"], again["repeated"]) == ("conflict", 2, True)
    assert await count_entries(hub.database) == 5
    rows = await read_scans(hub.database, "scanned_at", "source", entered=True)
    assert {row["scanned_at"] for row in rows} == {NOON - timedelta(minutes=20), NOON - timedelta(minutes=15)}
    [late] = await sync(tom, queued(family[1].code, -5, party=True))
    assert (late["kind"], late["people"]) == ("already_verified", 1)


async def test_an_offline_exit_of_a_part_and_one_before_its_entry_is_known(hub, world, jane, tom, board):
    booking, other = await party_of(world), await party_of(world, 4)
    await jane.verify(booking.code)
    await sync(tom, queued(booking.code, 0.5, mode="exit", count=2))
    assert await figures(board) == counts(5, 3, 2, 0)
    assert (await tom.leave(other.code, count=2))["reason"] == "NOT_INSIDE"
    [entry] = await sync(jane, queued(other.code, -20))
    assert entry["outcome"] == "accepted"
    assert await figures(board) == counts(9, 5, 4, 0)


@pytest.mark.parametrize(
    ("field", "value"), [("count", 0), ("count", 1.5), ("count", 1001), ("count", "2"), ("party", 1)]
)
async def test_a_number_of_people_that_is_none_is_named_in_a_queue(world, jane, field, value):
    reply = await jane.command("sync", scans=[queued("x") | {field: value}])
    assert reply["error"]["errors"][0]["field"] == f"scans.0.{field}"
