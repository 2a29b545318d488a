"""Moving and telling the people of closed slots, in batches. Whoever runs them next goes on with those who still stand there.

Each batch locks the tickets of whole parties, moves or cancels their reservations and queues their e-mails in one transaction. So a
crash leaves nobody out, and nobody gets two e-mails.
"""

from datetime import datetime, timedelta
from typing import Any

import orjson

from db.pool import DatabaseDown
from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.venues.changed_slots import publish_slots
from hub.events.announcements import TicketsChanged
from hub.observability import telemetry
from hub.rules.alternatives import SlotOffer, choose_alternatives
from hub.services import Services

CLOSURES = load("booking/slot_closures")
AT_ONCE = 200
"""Reservations of one batch, apart from the rest of their parties. Their tickets stay locked for its milliseconds."""
MOST_BATCHES = 50
"""Batches that one request waits for. A job goes on with the others."""
ALTERNATIVE_DAYS = 7


async def finish_closures(services: Services) -> int:
    """Move and tell whoever is left of every closed slot. Return how many slots were finished.

    One slot that cannot be finished now does not keep the others waiting.
    """
    finished = 0
    problem: DatabaseDown | None = None
    for row in await services.database.fetch(CLOSURES.unfinished):
        try:
            finished += await finish_closure(services, row["org_id"], row["slot_id"]) == 0
        except DatabaseDown as busy:  # a lock was not free in time
            problem = problem or busy
    if problem is not None:
        raise problem
    return finished


async def finish_closure(services: Services, org_id: int, slot_id: int, *, most_batches: int = MOST_BATCHES) -> int:
    """Move or tell the people of one closed slot, `AT_ONCE` in each transaction. Return how many are left.

    It may run at any time and in several processes. Without an unfinished closure nothing happens.
    """
    alternatives: str | None = None
    people = 0
    for _ in range(most_batches):
        closure = await services.database.fetchrow(CLOSURES.read_closure, org_id, slot_id)
        if closure is None or closure["finished_at"] is not None:
            return 0
        if closure["way"] == "choose":
            done = await _ask_to_choose(services, org_id, slot_id, closure)
        elif closure["way"] == "move":
            done = await _move(services, org_id, slot_id, closure)
        else:
            alternatives = alternatives or await _alternatives(services, org_id, slot_id)
            done = await _cancel(services, org_id, slot_id, closure, alternatives)
        people += done
        if not done and await _finish(services, org_id, slot_id):
            telemetry.event(telemetry.SLOT_CLOSURE_FINISHED, slot_id=slot_id, way=closure["way"], done=people)
            return 0
    left: int = await services.database.fetchval(CLOSURES.people_left, org_id, slot_id)
    return left


async def _move(services: Services, org_id: int, slot_id: int, closure: Any) -> int:
    """Move one batch into the places kept for it. If the other slot cannot be entered any more, everybody left is notified instead."""
    now = services.clock.now()
    async with services.database.transaction() as connection:
        locked = await connection.fetch(CLOSURES.lock_parties, org_id, slot_id, AT_ONCE)
        rows = {
            row["id"]: row for row in await connection.fetch(CLOSURES.lock_slots, org_id, [slot_id, closure["move_to"]])
        }
        standing = await connection.fetchrow(CLOSURES.read_closure, org_id, slot_id)
        if not locked or standing is None or standing["way"] != "move":
            return 0
        source, target = rows[slot_id], rows[closure["move_to"]]
        if target["status"] != "ACTIVE" or target["ends_at"] <= now:
            await _give_back(connection, org_id, target, standing["kept"], now)
            await connection.execute(CLOSURES.tell_instead, org_id, slot_id)
            return 1
        keys = sorted({row["manage_token_hash"] for row in locked})
        tokens = [secret_token() for _ in keys]
        was = {"date": source["date"].isoformat(), "start_time": source["start_time"].isoformat("seconds"),
               "end_time": source["end_time"].isoformat("seconds")}  # fmt: skip
        slots = await connection.fetch(
            CLOSURES.move_parties, org_id, slot_id, target["id"], [row["reservation_id"] for row in locked], now, keys,
            tokens, [token_hash(token) for token in tokens], orjson.dumps(was).decode(), standing["message"],
        )  # fmt: skip
    return _publish(services, org_id, slots, "moved")


async def _cancel(services: Services, org_id: int, slot_id: int, closure: Any, alternatives: str) -> int:
    """Cancel one batch: the tickets are good for another time, and the e-mails name some."""
    now = services.clock.now()
    async with services.database.transaction() as connection:
        locked = await connection.fetch(CLOSURES.lock_parties, org_id, slot_id, AT_ONCE)
        if not locked:
            return 0
        slots = await connection.fetch(
            CLOSURES.end_parties, org_id, slot_id, [row["reservation_id"] for row in locked], now, closure["message"],
            alternatives,
        )  # fmt: skip
    return _publish(services, org_id, slots, "cancelled")


async def _ask_to_choose(services: Services, org_id: int, slot_id: int, closure: Any) -> int:
    """Queue one batch of e-mails that ask for another time. The reservations stay."""
    async with services.database.transaction() as connection:
        locked = await connection.fetch(CLOSURES.lock_notices, org_id, slot_id, AT_ONCE)
        tokens = [secret_token() for _ in locked]
        await connection.fetch(
            CLOSURES.write_notices, org_id, slot_id, [row["reservation_id"] for row in locked], tokens,
            [token_hash(token) for token in tokens], services.clock.now(), closure["message"],
        )  # fmt: skip
    return len(locked)


async def _finish(services: Services, org_id: int, slot_id: int) -> bool:
    """Record that nobody is left, and give back the places kept for people who cancelled or came in meanwhile. False if some are left."""
    now = services.clock.now()
    given_back = None
    async with services.database.transaction() as connection:
        closure = await connection.fetchrow(CLOSURES.read_closure, org_id, slot_id)
        if closure is None:
            return True
        wanted = [slot_id] if closure["move_to"] is None else [slot_id, closure["move_to"]]
        rows = {row["id"]: row for row in await connection.fetch(CLOSURES.lock_slots, org_id, wanted)}
        closure = await connection.fetchrow(CLOSURES.read_closure, org_id, slot_id)
        if closure is None or await connection.fetchval(CLOSURES.people_left, org_id, slot_id):
            return closure is None
        if closure["kept"] and closure["finished_at"] is None:
            given_back = await _give_back(connection, org_id, rows[closure["move_to"]], closure["kept"], now)
        await connection.fetchval(CLOSURES.finish_closure, org_id, slot_id, now)
    if given_back is not None:
        publish_slots(services, org_id, [given_back])
    return True


async def _give_back(connection: Any, org_id: int, target: Any, kept: int, now: datetime) -> Any:
    """Give places of the locked target back, unless somebody waits for it: then the waiting list offers them. Return its counts."""
    if target["has_waitlist"] or not kept:
        return None
    return await connection.fetchrow(CLOSURES.keep_places, org_id, target["id"], -kept, now)


async def _alternatives(services: Services, org_id: int, slot_id: int) -> str:
    """Return other times as JSON: for the size of every party, the nearest slots of the venue with so many free places."""
    database, now = services.database, services.clock.now()
    sizes = await database.fetch(CLOSURES.party_sizes, org_id, slot_id)
    (source,) = await database.fetch(CLOSURES.lock_slots, org_id, [slot_id])
    reach = timedelta(days=ALTERNATIVE_DAYS)
    others = await database.fetch(
        CLOSURES.other_times, org_id, source["venue_id"], source["date"] - reach, source["date"] + reach, slot_id, now
    )
    ends = {row["id"]: row["end_time"] for row in others}
    offers = [SlotOffer(row["id"], row["date"], row["start_time"], row["free"]) for row in others]
    found = {}
    for row in sizes:
        roomy = [offer for offer in offers if offer.available_count >= row["size"]]
        chosen = choose_alternatives(slot_id, source["date"], source["start_time"], roomy)
        found[str(row["size"])] = [
            {**offer.as_dict(), "end_time": ends[offer.slot_id].isoformat("seconds")} for offer in chosen
        ]
    return orjson.dumps(found).decode()


def _publish(services: Services, org_id: int, slots: list[Any], what: str) -> int:
    """After the commit: seat admission, boards and scanners learn what has changed. Return how many people it was."""
    if not slots:
        return 0
    publish_slots(services, org_id, slots)
    codes = slots[0]["codes"] or []
    venues = {row["venue_id"] for row in slots}
    for venue_id in venues:
        services.announcer.publish(
            [TicketsChanged.of(org_id, venue_id, codes, "moved" if what == "moved" else "cancelled")]
        )
    people: int = slots[0]["places"]
    return people
