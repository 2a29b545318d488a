"""A crowd in a waiting room: visitors without a browser, each from an address of their own."""

from __future__ import annotations

from itertools import count

from hub.actions.waiting_room.places import Standing, join
from hub.rules.waiting_room import parse_room
from tests.support.hub import Hub

_NUMBERS = count(1)


async def add_crowd(hub: Hub, key: str, people: int) -> list[Standing]:
    """Let so many visitors join the room, one after the other. Return where each stands."""
    name = parse_room(key)
    assert name is not None
    services = hub.services
    return [
        await join(services, name, services.waiting_rooms.visitors.new(), f"198.18.{n // 250 % 250}.{n % 250}")
        for n in (next(_NUMBERS) for _ in range(people))
    ]
