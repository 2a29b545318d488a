"""The waiting rooms of a venue in which somebody waits or has a turn, for its control room."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hub.guards.waiting_room import Place
from hub.rules.refusals import Refused
from hub.rules.waiting_room import parse_room, seconds_to_wait
from hub.services import Services


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """A room. `turns` are open now; `admitted` and `joined` count the last 60 s. `seconds`: until the last who waits has a turn.

    `places_left` is what is free now. `seconds` is None if nobody can say, for example while the room is paused.
    """

    key: str
    waiting: int
    turns: int
    admitted: int
    joined: int
    places_left: int
    seconds: int | None


async def open_rooms(services: Services, org_id: int, venue_id: int) -> tuple[OpenRoom, ...]:
    """Return the rooms of a venue in which somebody waits, has a turn or was admitted a moment ago; the longest queue first.

    While Redis does not answer there are none.
    """
    names = await services.waiting_rooms.guard.rooms_in_use(org_id, venue_id)
    found = await asyncio.gather(*(_look(services, org_id, venue_id, name) for name in names))
    return tuple(sorted((one for one in found if one is not None), key=lambda room: (-room.waiting, room.key)))


async def _look(services: Services, org_id: int, venue_id: int, key: str) -> OpenRoom | None:
    rooms, name = services.waiting_rooms, parse_room(key)
    if name is None:
        return None
    try:
        room = await rooms.read(name)
    except Refused:
        return None
    terms = await rooms.terms(room)
    if terms is None or (room.org_id, room.venue_id) != (org_id, venue_id):
        return None
    answer: Place | None = await rooms.guard.ask(terms, "figures")
    if answer is None or not (answer.figures.waiting or answer.figures.turns or answer.figures.admitted):
        return None
    figures = answer.figures
    return OpenRoom(
        key, figures.waiting, figures.turns, figures.admitted, figures.joined, room.free,
        seconds_to_wait(figures.waiting, figures.wait_ms, terms.rate),
    )  # fmt: skip
