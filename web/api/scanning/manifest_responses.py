"""The responses of what a scanner keeps for working offline: the list of the day, and the key to it."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field

from web.api.responses import Done, Response, TicketStatus

Hash = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


Channel = Literal["direct", "mini_program", "ota"]


ListedTicket = tuple[Hash, TicketStatus, int, Literal[0, 1], datetime | None, Channel, datetime | None, str | None,
                     datetime | None]  # fmt: skip


class ListPolicy(Response):
    unreserved_entry: Literal["deny", "allow"]
    late_entry_minutes: int
    early_entry_minutes: int | None
    re_entry: Literal["deny", "allow"]


class ListedSlot(Response):
    slot_id: int
    date: date
    start: time
    end: time
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    """From when the door is open to its reservations, by the venue's policy."""
    closes_at: datetime
    """From when it is not any more."""


class DayList(Response):
    whole: bool
    """True: replace what you have. False: `tickets` are those that are new or changed, and `gone` those that are no more."""
    date: date
    venue_id: int
    timezone: str
    salt: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    """In hex. A ticket's hash is the first 16 hex digits of HMAC-SHA256 under it, of the normalised code."""
    edition: str
    generated_at: datetime
    policy: ListPolicy
    slots: list[ListedSlot]
    """Of the day, and those of the days beside it whose door is open for a part of it."""
    tickets: list[ListedTicket]
    """`[hash, status, slot_id, verified, valid_until, channel, verified_at, gate, left_at]`, of every ticket with a place in
    one of the slots. `verified_at` and `gate` are of the entry, `left_at` is null unless its holder is out again."""
    gone: list[Hash]


class DayListAnswer(Done):
    data: DayList


class DeviceKey(Response):
    owner: str
    """Whose it is: another login gets another key."""
    keys: list[str]
    """AES-256 keys in base64. Seal with the first; the others open what was sealed before the hub's secret was changed."""
    expires_at: datetime
    """Until when the login may keep them."""


class DeviceKeyAnswer(Done):
    data: DeviceKey
