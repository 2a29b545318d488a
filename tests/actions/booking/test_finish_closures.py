"""Finishing what a crash interrupted: whoever goes on leaves nobody out and writes to nobody twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from db.pool import DatabaseDown
from hub.actions.audit.actor import Actor
from hub.actions.booking import close_slot, finish_closures
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.close_slot import Closing
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.job_table import without_job
from tests.support.negative_controls import sabotage
from tests.support.parties import book_together
from tests.support.reservations import read_reservation, read_reservations
from tests.support.slot_closures import read_closure
from tests.support.slots import change_slot
from tests.support.waitlist import joined, mails, on_demand, serve_all, slot, status
from tests.support.world import TODAY, World

NEXT_WEEK = TODAY + timedelta(days=7)
WAYS = {"move": "reservation.moved", "choose": "reservation.choose", "tell": "reservation.cancelled"}


@pytest.fixture(autouse=True)
def no_job_finishes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's own job begins two seconds after its start, and would do some of what a test counts."""

    without_job(monkeypatch, "closed slots")


@pytest.fixture
async def hub(monkeypatch, open_hub):
    """Its invariants are not checked at the end, because a control breaks them."""
    on_demand(monkeypatch)
    monkeypatch.setattr(finish_closures, "AT_ONCE", 2)
    return await open_hub()


@pytest.fixture
def by(world: World) -> Actor:
    return Actor(world.org_id, world.venue_id)


async def closed_and_killed(
    hub: Hub, world: World, by: Actor, monkeypatch: Any, way: str, *, batches: int = 1, capacity: int = 20
) -> tuple[int, int]:
    """Close a slot with seven people in five parties, and let the hub go away after some batches. Return the slot and the other."""
    noon = await world.slot(NEXT_WEEK)
    later = await world.slot(NEXT_WEEK, "14:00", "16:00", capacity)
    await book_together(world, noon, 3)
    for _ in range(4):
        await world.reserved(noon)
    finish = finish_closures.finish_closure

    async def killed(services: Any, org_id: int, slot_id: int) -> int:
        if batches:
            await finish(services, org_id, slot_id, most_batches=batches)
        raise RuntimeError("the hub is gone")

    with monkeypatch.context() as patch:
        patch.setattr(close_slot, "finish_closure", killed)
        closing = Closing(way, later if way == "move" else None, "Sorry")
        with pytest.raises(RuntimeError):
            await close_slot.close_slot(hub.services, by, noon, closing)
    return noon, later


@pytest.mark.parametrize(("way", "first"), [("move", 1), ("choose", 2), ("tell", 1)])
async def test_the_batch_that_was_written_stays_and_the_rest_is_done_by_whoever_goes_on(
    hub: Hub, world: World, by: Actor, monkeypatch, way: str, first: int
):
    noon, later = await closed_and_killed(hub, world, by, monkeypatch, way)
    assert len(await mails(hub, WAYS[way])) == first, "a batch of two reservations takes the whole family along"
    assert (await read_closure(hub.database, noon))["finished_at"] is None
    assert await broken_invariants(hub.database) == [], "half of it is a state that the hub may be in"
    assert await finish_closures.finish_closures(hub.services) == 1
    assert await finish_closures.finish_closures(hub.services) == 0
    letters = await mails(hub, WAYS[way])
    assert len(letters) == 5
    noted = [number for letter in letters for number in letter["payload"]["reservation_ids"]]
    assert (len(noted), len(set(noted))) == (7, 7)
    assert await slot(hub, noon) == {"choose": (7, 0, 193)}.get(way, (0, 0, 200))
    assert await slot(hub, later) == ((7, 0, 13) if way == "move" else (0, 0, 20))
    assert (await read_closure(hub.database, noon))["kept"] == 0
    assert await broken_invariants(hub.database) == []


@pytest.mark.parametrize(
    ("way", "statement", "changes"),
    [
        ("tell", "lock_parties", ((" AND r.status = 'RESERVED'\n   AND", "\n   AND"), (" AND f.status = 'RESERVED' ORDER", " ORDER"))),
        ("choose", "write_notices", (("    DELETE FROM closed_slot_notices n USING asked a\n     WHERE n.org_id = $1 AND n.reservation_id = a.reservation_id AND n.slot_id = $2\n    RETURNING n.reservation_id, a.token, a.token_hash",
                                      "    SELECT reservation_id, token, token_hash FROM asked"),)),
    ],
)  # fmt: skip
async def test_without_the_note_of_who_was_told_somebody_gets_a_second_email(
    hub: Hub, world: World, by: Actor, monkeypatch, way: str, statement: str, changes
):
    """Control: whoever goes on does not look at who was notified before."""
    await closed_and_killed(hub, world, by, monkeypatch, way)
    sabotage(monkeypatch, "booking/slot_closures", statement, *changes)
    if way == "tell":
        sabotage(monkeypatch, "booking/slot_closures", "end_parties",
                 (" AND r.status = 'RESERVED' AND r.slot_id = $2", " AND r.slot_id = $2"),
                 ("SET booked_count = h.booked_count - n.places,", "SET booked_count = greatest(h.booked_count - n.places, 0),"))  # fmt: skip
    await finish_closures.finish_closure(hub.services, world.org_id, (await slot_of(hub)), most_batches=3)
    letters = await mails(hub, WAYS[way])
    noted = [number for letter in letters for number in letter["payload"]["reservation_ids"]]
    assert len(noted) > len(set(noted))


async def slot_of(hub: Hub) -> int:
    (letter, *_) = [row for kind in WAYS.values() for row in await mails(hub, kind)]
    slot_id: int = (await read_reservation(hub.database, "slot_id", id=letter["reservation_id"]))["slot_id"]
    return slot_id


async def last_reservation(hub: Hub, slot_id: int) -> int:
    rows = await read_reservations(hub.database, "id", slot_id=slot_id, order_by="id")
    number: int = rows[-1]["id"]
    return number


async def test_places_are_kept_for_who_is_not_moved_yet_and_given_back_if_they_cancel(
    hub: Hub, world: World, by: Actor, monkeypatch
):
    noon, later = await closed_and_killed(hub, world, by, monkeypatch, "move", batches=0, capacity=8)
    assert (await slot(hub, later), (await read_closure(hub.database, noon))["kept"]) == ((0, 7, 1), 7)
    await world.reserved(later)
    with pytest.raises(Refused):
        await world.reserved(later)
    await serve_all(hub)
    assert await slot(hub, later) == (1, 7, 0)
    for action in (
        close_slot.close_slot(hub.services, by, later, Closing("tell")),
        close_slot.reopen_slot(hub.services, by, noon),
    ):
        with pytest.raises(Refused) as caught:
            await action
        assert caught.value.reason is Reason.SLOT_CLOSING
    leaving = await last_reservation(hub, noon)
    await cancel_reservation(hub.services, leaving, token=None, identity=world.identity())
    assert await finish_closures.finish_closures(hub.services) == 1
    assert await slot(hub, later) == (7, 0, 1)
    assert await broken_invariants(hub.database) == []


async def test_who_waits_for_the_other_slot_is_not_offered_the_kept_places(
    hub: Hub, world: World, by: Actor, monkeypatch
):
    noon, later = await closed_and_killed(hub, world, by, monkeypatch, "move", batches=0, capacity=7)
    waiting = await joined(hub, world, later)
    await serve_all(hub)
    assert (await status(hub, waiting), await slot(hub, later)) == (["WAITING"], (0, 7, 0))
    leaving = await last_reservation(hub, noon)
    await cancel_reservation(hub.services, leaving, token=None, identity=world.identity())
    await finish_closures.finish_closures(hub.services)
    await serve_all(hub)
    assert (await status(hub, waiting), await slot(hub, later)) == (["OFFERED"], (6, 1, 0))


async def test_without_their_note_the_waiting_list_would_offer_the_kept_places(
    hub: Hub, world: World, by: Actor, monkeypatch
):
    """Control: the waiting list takes every held place for its own."""
    _, later = await closed_and_killed(hub, world, by, monkeypatch, "move", batches=0, capacity=7)
    sabotage(monkeypatch, "waitlist/entries", "kept_places", ("coalesce(sum(kept), 0)::integer", "0"))
    waiting = await joined(hub, world, later)
    await serve_all(hub)
    assert await status(hub, waiting) == ["OFFERED"]


@pytest.mark.parametrize("what", ["closed", "over"])
async def test_if_the_other_slot_cannot_be_entered_any_more_who_is_left_is_cancelled(
    hub: Hub, world: World, by: Actor, monkeypatch, clock, what: str
):
    _, later = await closed_and_killed(hub, world, by, monkeypatch, "move")
    if what == "closed":
        await change_slot(hub.database, later, status="CLOSED")
    else:
        clock.set(clock.now() + timedelta(days=8))
    assert await finish_closures.finish_closures(hub.services) == 1
    moved, noted = await mails(hub, "reservation.moved"), await mails(hub, "reservation.cancelled")
    assert (len(moved), len(noted), (await slot(hub, later))[:2]) == (1, 4, (3, 0))
    assert await broken_invariants(hub.database) == []


async def test_one_that_is_locked_does_not_keep_the_others_waiting(hub: Hub, world: World, by: Actor, monkeypatch):
    noon, _ = await closed_and_killed(hub, world, by, monkeypatch, "tell", batches=0)
    evening = await world.slot(NEXT_WEEK, "18:00", "19:00")
    await world.reserved(evening)
    finish = finish_closures.finish_closure

    async def gone(*_: Any) -> int:
        raise RuntimeError("the hub is gone")

    with monkeypatch.context() as patch:
        patch.setattr(close_slot, "finish_closure", gone)
        with pytest.raises(RuntimeError):
            await close_slot.close_slot(hub.services, by, evening, Closing("tell"))

    async def finish_the_second(services: Any, org_id: int, slot_id: int) -> int:
        if slot_id == noon:
            raise DatabaseDown("lock timeout")
        return await finish(services, org_id, slot_id)

    monkeypatch.setattr(finish_closures, "finish_closure", finish_the_second)
    with pytest.raises(DatabaseDown):
        await finish_closures.finish_closures(hub.services)
    assert len(await mails(hub, "reservation.cancelled")) == 1
