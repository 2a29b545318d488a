"""Responses of the waiting room: where a visitor stands."""

from datetime import datetime
from typing import Literal

from web.api.responses import Done, Response


class WaitingRoomStanding(Response):
    state: Literal["turn", "waiting", "sold_out", "none"]
    """`turn`: book now. `none`: this browser has no place here, or no more."""
    position: int | None
    """1 is next. Exact up to 100, then rounded up to two digits. null unless waiting, and before the opening."""
    ahead: int | None
    """How many are to be admitted before."""
    seconds: int | None
    """The estimated time to wait; before the opening, the time until then. null if nobody can say."""
    turn_until: datetime | None
    """When the turn ends. null with `turn` if nobody has to wait here."""
    rate: int | None
    """Visitors admitted a minute; 0 while the room is paused."""
    opens_at: datetime | None
    """When the sale begins, if it has not. Everybody who joins before is put into a random order then."""


class WaitingRoomAnswer(Done):
    data: WaitingRoomStanding
