"""Scans of several offline scanners, decided in the order of their moments whatever the order of their queues."""

from __future__ import annotations

import random
from itertools import permutations
from typing import Any

import pytest

from hub.actions.reporting.reconcile import reconcile
from hub.actions.scanning.conflicts import decide_conflict
from tests.support.hub import Hub
from tests.support.occupancy import counts, figures
from tests.support.offline_queue import queued, sync
from tests.support.parties import book_together
from tests.support.reservations import read_reservation
from tests.support.scan_conflicts import read_conflicts
from tests.support.shows import add_booking, add_bookings, add_stage
from tests.support.tickets import read_visit
from tests.support.websocket_client import Socket
from tests.support.world import World


async def open_conflicts(hub: Hub) -> int:
    return sum(row["decision"] is None for row in await read_conflicts(hub.database))


@pytest.mark.parametrize("first", ["entries", "exit"])
async def test_a_return_is_a_return_whichever_queue_comes_first(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket, first: str
):
    """E has an entry 40 seconds ago and a return 10 seconds ago, X the exit 25 seconds ago."""
    await world.policy(re_entry="allow")
    ticket = await world.reserved(await world.slot())
    entries = [queued(ticket.code, -40 / 60), queued(ticket.code, -10 / 60)]
    leaving = queued(ticket.code, -25 / 60, mode="exit")
    for turn in ("entries", "exit") if first == "entries" else ("exit", "entries"):
        await (sync(jane, *entries) if turn == "entries" else sync(tom, leaving))
    assert await figures(board) == counts(1, 1, 1, 1)
    assert await open_conflicts(hub) == 0, "nobody is accused"
    # Sent again, the queues change nothing and name no conflict.
    assert [r["reason"] for r in await sync(jane, *entries)] == ["VERIFIED", "RE_ENTRY"]
    assert [r["reason"] for r in await sync(tom, leaving)] == ["EXIT_RECORDED"]
    assert await figures(board) == counts(1, 1, 1, 1)
    assert (await jane.leave(ticket.code))["reason"] == "EXIT_RECORDED"
    assert (await reconcile(hub.services))["drift"] == 0


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
async def test_four_scanners_may_come_back_in_any_order(
    hub: Hub, world: World, jane: Socket, board: Socket, order: tuple[int, ...]
):
    """Somebody comes in, leaves, comes back and leaves, each time by another scanner that is offline."""
    await world.policy(re_entry="allow")
    ticket = await world.reserved(await world.slot())
    scans = [
        queued(ticket.code, -40), queued(ticket.code, -30, mode="exit"),
        queued(ticket.code, -20), queued(ticket.code, -10, mode="exit"),
    ]  # fmt: skip
    for n in order:
        await sync(jane, scans[n])
    assert await figures(board) == counts(1, 0, 2, 1)
    assert await open_conflicts(hub) == 0
    visit: Any = await read_visit(hub.database, ticket.id)
    assert visit["verified_at"].isoformat() == "2026-11-20T10:20:00+00:00", "the first moment"
    assert (await reconcile(hub.services))["drift"] == 0


async def test_without_re_entry_and_without_an_exit_between_the_conflict_stays(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket
):
    one, other = [
        await world.reserved(await world.slot()),
        await world.reserved(await world.slot(start="14:00", end="16:00")),
    ]
    await sync(jane, queued(one.code, -40), queued(one.code, -10))
    await sync(tom, queued(one.code, -25, mode="exit"))
    assert (await figures(board), await open_conflicts(hub)) == (counts(1, 0, 1, 0), 1)
    await world.policy(re_entry="allow")
    await sync(jane, queued(other.code, -40), queued(other.code, -10))
    await sync(tom, queued(other.code, -5, mode="exit"))
    assert await open_conflicts(hub) == 2


# ---- Parties


async def accused(hub: Hub) -> list[tuple[str, int]]:
    """Return the kind and the people of each open conflict."""
    rows = await read_conflicts(hub.database)
    return sorted((row["kind"], row["people"]) for row in rows if row["decision"] is None)


async def party(world: World, size: int) -> str:
    stage = await add_stage(world, start="10:00", end="14:00")
    return (await add_booking(world, stage.performance_id, size)).code


async def test_parts_of_a_booking_may_come_back_in_any_order(hub: Hub, world: World, jane: Socket, board: Socket):
    """Three of five come in, two leave, the other two come in with all, and three leave: each time by another scanner."""
    stage = await add_stage(world, capacity=1000, start="10:00", end="14:00")
    orders = list(permutations(range(4)))
    bookings = await add_bookings(world, stage.performance_id, len(orders), 5)
    scans = [
        [queued(booking.code, -40, count=3), queued(booking.code, -30, mode="exit", count=2),
         queued(booking.code, -20), queued(booking.code, -10, mode="exit", count=3)]
        for booking in bookings
    ]  # fmt: skip
    for _ in range(2):
        for turn in range(4):
            await sync(jane, *(of_one[order[turn]] for of_one, order in zip(scans, orders, strict=True)))
        assert (await figures(board), await accused(hub)) == (counts(120, 0, 120, 0), []), "also sent again"
    assert (await reconcile(hub.services))["drift"] == 0


def history_of(code: str, size: int, dice: random.Random) -> tuple[list[dict[str, Any]], tuple[int, int, int]]:
    """Return what could have happened at gates that know nothing of each other: the scans, and how many came in, left, came back."""
    admitted = exited = returned = 0
    scans: list[dict[str, Any]] = []
    for minutes in range(-60, -60 + dice.randint(3, 7) * 5, 5):
        inside = admitted - exited + returned
        exits = inside > 0 and dice.random() < 0.45
        most = inside if exits else size - admitted or size - inside
        if not most:
            continue
        people = dice.randint(1, most)
        number = {} if people == most and dice.random() < 0.5 else {"count": people}
        scans.append(queued(code, minutes, mode="exit" if exits else "verify", **number))
        if exits:
            exited += people
        elif admitted < size:
            admitted += people
        else:
            returned += people
    return scans, (admitted, exited, returned)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_order_of_the_queues_everybody_counts_and_nobody_is_accused(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket, seed: int
):
    dice = random.Random(seed)
    await world.policy(re_entry="allow")
    stage = await add_stage(world, capacity=1000, start="10:00", end="14:00")
    bookings = await add_bookings(world, stage.performance_id, 40, 5)
    histories = [history_of(booking.code, 5, dice) for booking in bookings]
    queues = [dice.sample(scans, len(scans)) for scans, _ in histories]
    while any(queues):
        sent = [queue.pop() for queue in queues if queue]
        await sync(dice.choice((jane, tom)), *sent)
    came, left, back = (sum(figures) for figures in zip(*(figures for _, figures in histories), strict=True))
    assert (await figures(board), await accused(hub)) == (counts(came, came - left + back, left, back), [])
    for booking, (_, (came, *_)) in zip(bookings, histories, strict=True):
        row = await read_reservation(hub.database, "admitted", id=booking.reservation_id)
        assert row["admitted"] == came
    assert (await reconcile(hub.services))["drift"] == 0


async def test_of_more_people_than_booked_the_last_to_come_are_too_many(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket
):
    """The exit comes to the hub first, then the later entry, and the earlier one last."""
    code = await party(world, 5)
    second = queued(code, -20, count=3)
    await sync(tom, queued(code, -30, mode="exit", count=3))
    await sync(tom, second)
    [result] = await sync(jane, queued(code, -40, count=3))
    assert result["outcome"] == "accepted"
    assert (await figures(board), await accused(hub)) == (counts(5, 2, 3, 0), [("party_too_large", 1)])
    [conflict] = await read_conflicts(hub.database)
    assert str(conflict["scan_id"]) == second["scan_id"], "the later one"
    assert (await reconcile(hub.services))["drift"] == 0


async def test_what_a_manager_has_decided_is_not_decided_again(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket
):
    code = await party(world, 2)
    await sync(jane, queued(code, -40, count=2), queued(code, -20, count=1))
    [conflict] = await read_conflicts(hub.database)
    await decide_conflict(hub.services, world.identity(), conflict["id"], "leaves", None)
    await world.policy(re_entry="allow")
    await sync(tom, queued(code, -30, mode="exit", count=1))
    assert (await figures(board), await accused(hub)) == (counts(2, 1, 1, 0), [])


async def test_the_exit_of_a_family_reaches_the_hub_before_their_entry(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket
):
    """Two of a family left before the hub knew that a scan of a third had admitted them all."""
    family = await book_together(world, await world.slot(), 4)
    for ticket in family[2:]:
        assert (await tom.leave(ticket.code))["reason"] == "NOT_INSIDE"
    await sync(jane, queued(family[0].code, -20, party=True, count=4))
    assert (await figures(board), await accused(hub)) == (counts(4, 2, 2, 0), [])
    assert (await reconcile(hub.services))["drift"] == 0


async def test_one_ticket_of_a_family_is_decided_again_and_the_others_stay(
    hub: Hub, world: World, jane: Socket, tom: Socket, board: Socket
):
    await world.policy(re_entry="allow")
    family = await book_together(world, await world.slot(), 3)
    await sync(jane, queued(family[0].code, -40, party=True, count=3), queued(family[0].code, -10))
    assert await accused(hub) == [("already_verified", 1)]
    await sync(tom, queued(family[0].code, -25, mode="exit"))
    assert (await figures(board), await accused(hub)) == (counts(3, 3, 1, 1), [])
    assert (await reconcile(hub.services))["drift"] == 0
