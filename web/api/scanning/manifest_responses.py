"""Responses with the data that a scanner stores to work offline: the day's list, and its key."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field

from hub.rules.scan_requests import LARGEST_PARTY
from web.api.responses import Done, Response, TicketStatus

Hash = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


Channel = Literal["direct", "mini_program", "ota", "booking", "guest"]


People = Annotated[int, Field(ge=0, le=LARGEST_PARTY)]


ListedTicket = tuple[Hash, TicketStatus, int, Literal[0, 1], datetime | None, Channel, datetime | None, str | None,
                     datetime | None]  # fmt: skip


ListedParty = tuple[Hash, TicketStatus, int, Literal[0, 1], datetime | None, Channel, datetime | None, str | None,
                    datetime | None, People, People]  # fmt: skip


ListedMember = tuple[Hash, TicketStatus, int, Literal[0, 1], datetime | None, Channel, datetime | None, str | None,
                     datetime | None, People, People, Hash]  # fmt: skip


ListedOfProduct = tuple[Hash, TicketStatus, int, Literal[0, 1], datetime | None, Channel, datetime | None, str | None,
                        datetime | None, People, People, Hash | None, int]  # fmt: skip


class ListedProduct(Response):
    """A product that has something to say at the gates. A text stands where there is none in Chinese, and the other way round."""

    product_id: int
    name: str
    name_zh: str
    note: str
    note_zh: str
    attention: bool
    question: str
    question_zh: str
    gates: list[str] | None
    """The gates of this venue that its tickets may enter by; null: all."""


class ListPolicy(Response):
    unreserved_entry: Literal["deny", "allow"]
    late_entry_minutes: int
    early_entry_minutes: int | None
    re_entry: Literal["deny", "allow"]


class DayListSlot(Response):
    slot_id: int
    date: date
    start: time
    end: time
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    """From when its reservations may enter, by the performance's own minutes of check-in or the venue's policy."""
    closes_at: datetime
    """From when its reservations may no longer enter."""


class DayList(Response):
    whole: bool
    """True: replace the stored list. False: `tickets` holds new and changed ones, and `gone` those that were removed."""
    date: date
    venue_id: int
    timezone: str
    salt: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    """The key in hex. A ticket's hash is the first 16 hex digits of the HMAC-SHA256 of its normalised code."""
    edition: str
    generated_at: datetime
    policy: ListPolicy
    slots: list[DayListSlot]
    """The slots of the day, and those of the days before and after whose entry window overlaps it."""
    products: list[ListedProduct]
    tickets: list[ListedTicket | ListedParty | ListedMember | ListedOfProduct]
    """`[hash, status, slot_id, verified, valid_until, channel, verified_at, gate, left_at]` of every ticket with a
    reservation in one of the slots. `verified_at` and `gate` belong to the entry. `left_at` is null unless the holder has left.
    A ticket for several people also has `places` and `admitted`, how many of them are in; its `left_at` is null unless all of those
    have left. A ticket that was booked together with others has `places`, `admitted` and `party`, which is the same for all of them.
    A ticket of one of the `products` has `places`, `admitted`, `party` (null without one) and `product_id`."""
    gone: list[Hash]


class DayListAnswer(Done):
    data: DayList


class DeviceKey(Response):
    owner: str
    """The owner of the key. Another login gets another key."""
    keys: list[str]
    """AES-256 keys in base64. Encrypt with the first; the others decrypt data from before the hub's secret was changed."""
    expires_at: datetime
    """When the scanner must drop the keys."""


class DeviceKeyAnswer(Done):
    data: DeviceKey
