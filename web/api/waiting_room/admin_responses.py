"""Responses about the waiting rooms of a venue."""

from datetime import date, time
from typing import Literal

from web.api.responses import Done, Response


class OpenRoomFields(Response):
    key: str
    """What the room stands in front of, such as `slot:7`."""
    title: str
    """What is played, or empty."""
    room: str
    date: date
    start_time: time | None
    """Null for a whole day."""
    end_time: time | None
    waiting: int
    turns: int
    """Visitors who may book now."""
    admitted: int
    """Visitors let in during the last minute."""
    joined: int
    """Visitors who have come during the last minute."""
    places_left: int | None
    seconds: int | None
    """Until the last who waits now is let in; null if nobody can say."""


class WaitingRoomsFields(Response):
    venue_id: int
    waiting_room: Literal["off", "slots", "days", "shows", "all"]
    """What the venue's waiting rooms stand in front of."""
    per_minute: int
    """Visitors let in each minute; 0 lets nobody in."""
    turn_minutes: int
    rooms: list[OpenRoomFields]
    """Those in which somebody waits or has a turn; the longest queue first."""


class WaitingRoomsAnswer(Done):
    data: WaitingRoomsFields


class ChangedWaitingRoomsFields(WaitingRoomsFields):
    dry_run: bool


class ChangedWaitingRoomsAnswer(Done):
    data: ChangedWaitingRoomsFields
