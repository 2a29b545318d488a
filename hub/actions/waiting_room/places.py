"""The place of a visitor in a waiting room: join, look, leave. Whoever need not wait has a turn at once."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from hub.access.randomness import random_bytes
from hub.guards.waiting_room import Place, RoomTerms
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.waiting_room import RoomName, seconds_to_wait, shown_position
from hub.services import Services

State = Literal["turn", "waiting", "sold_out"]
CHEAP_VISITORS = 100
"""Visitors of one address in a room that join at the usual price. Each further hundred makes a join count once more."""
_LOTTERY_BYTES = 5
"""Bytes of the random place of who joins before the opening (db/lua/waiting_room.lua)."""


class Standing(NamedTuple):
    """Where a visitor stands. A `turn` without `turn_until`: nobody has to wait here. `rate` is the visitors admitted a minute.

    `position`, `ahead` and `seconds` are None with a turn. The first two are None before the opening, too, because the order is drawn
    then. `seconds` is None while nobody can say how long it takes: the room is paused, or others have turns for all places.
    """

    state: State
    position: int | None = None
    ahead: int | None = None
    seconds: int | None = None
    turn_until: datetime | None = None
    rate: int | None = None
    opens_at: datetime | None = None


NOBODY_WAITS = Standing("turn")


async def join(services: Services, name: RoomName, visitor: str, address: str, *, is_new: bool = False) -> Standing:
    """Give the visitor a turn, or the last place. Who is in the room already keeps turn or place, however often they join.

    `is_new` says that this visitor cannot be in the room yet, so that it need not be asked first.

    Refuses NOT_FOUND, and RATE_LIMITED for an address from which too many join; each counts for more, the more have joined from there.
    """
    rooms = services.waiting_rooms
    room = await rooms.read(name)
    terms = await rooms.terms(room)
    if terms is None:
        return NOBODY_WAITS
    if not is_new:
        known = await rooms.guard.ask(terms, "standing", visitor)
        if known is not None and known.state != "none":
            return standing_of(terms, known, services.clock.now())
    await _enforce_joins(services, terms, address)
    number = int.from_bytes(random_bytes(_LOTTERY_BYTES))
    place = await rooms.guard.ask(terms, "join_new" if is_new else "join", visitor, value=str(number), address=address)
    if place is None:
        return NOBODY_WAITS
    rooms.count_joins(terms, address, place.joined_from_address)
    return standing_of(terms, place, services.clock.now())


async def read_standing(services: Services, name: RoomName, visitor: str) -> Standing | None:
    """Return where the visitor stands; None without a place. Whoever looks is there, and keeps the place. Refuses NOT_FOUND."""
    rooms = services.waiting_rooms
    room = await rooms.read(name)
    terms = await rooms.terms(room)
    if terms is None:
        return NOBODY_WAITS
    place = await rooms.guard.ask(terms, "standing", visitor)
    if place is None:
        return NOBODY_WAITS
    return None if place.state == "none" else standing_of(terms, place, services.clock.now())


async def leave(services: Services, name: RoomName, visitor: str) -> None:
    """Give up the place or the turn. Repeating it changes nothing. Refuses NOT_FOUND."""
    rooms = services.waiting_rooms
    terms = await rooms.terms(await rooms.read(name))
    if terms is not None:
        await rooms.guard.ask(terms, "leave", visitor)


def standing_of(terms: RoomTerms, place: Place, now: datetime) -> Standing:
    """Return a place of the guard as it is shown. A visitor who waits for what is sold out keeps the place meanwhile."""
    opens_at = now + timedelta(seconds=terms.opens_in) if terms.opens_in > 0 else None
    if place.state == "turn":
        return Standing("turn", turn_until=now + timedelta(milliseconds=place.turn_ms), rate=terms.rate)
    if place.state == "full" or terms.free == 0:
        return Standing("sold_out", rate=terms.rate, opens_at=opens_at)
    if opens_at is not None:
        return Standing("waiting", seconds=math.ceil(terms.opens_in), rate=terms.rate, opens_at=opens_at)
    position = shown_position(place.rank)
    seconds = seconds_to_wait(position, place.figures.wait_ms, terms.rate)
    return Standing("waiting", position, position - 1, seconds, rate=terms.rate)


async def _enforce_joins(services: Services, terms: RoomTerms, address: str) -> None:
    rate = services.settings.rate_waiting_room
    if rate is None:
        return
    joined = services.waiting_rooms.joined_from(terms, address)
    weight = min(1 + joined // CHEAP_VISITORS, rate.count)
    wait = await services.rate_limit.admit(f"waiting-room:{address}", rate, weight=weight)
    if wait > 0:
        raise Refused(Reason.RATE_LIMITED, retry_after=max(1, math.ceil(wait)))
