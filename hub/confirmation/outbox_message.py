"""Outbox messages: one row of the outbox, with the data that its e-mail or text message is written from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.confirmation.booked_party import Party
from hub.confirmation.booked_seats import BookedSeats, Show
from hub.confirmation.email_content import EmailLogo, Unsendable
from hub.confirmation.ordered_tickets import Order
from hub.text.languages import DEFAULT, LANGUAGES


@dataclass(frozen=True, slots=True)
class Sender:
    """The sending hub: its From address, the host name in Message-IDs, and the public URL of its pages."""

    address: str
    host: str
    public_url: str


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about, as rows of `outbox.parties`, `bookings`, `shows` and `orders`, and the logo of its venue."""

    party: Sequence[Any] = ()
    booking: Any = None
    show: Any = None
    logo: EmailLogo | None = None
    order: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message to be written and sent. `party` is None if it is about no reservation, or about one that is gone.

    `booking` and `order` are the same for a booking and an order, and `show` is what plays in the slot of a message of the waiting
    list, if any.

    The methods that read the payload raise Unsendable if a value is missing or malformed. `text` and `number` take a default.
    """

    kind: str
    channel: str
    recipient: str
    language: str
    payload: Mapping[str, Any]
    reservation_id: int | None
    organisation: str
    party: Party | None
    message_id: str
    now: datetime
    booking: BookedSeats | None = None
    show: Show | None = None
    logo: EmailLogo | None = None
    order: Order | None = None

    @classmethod
    def of(cls, row: Any, about: "About", *, host: str, now: datetime) -> "OutboxMessage":
        """Build a message from a row of `outbox.claim` and what it is about. A retry keeps its Message-ID."""
        made: datetime = row["created_at"]
        return cls(
            kind=row["kind"],
            channel=row["channel"],
            recipient=row["recipient"],
            language=row["language"] if row["language"] in LANGUAGES else DEFAULT,
            payload=payload_of(row),
            reservation_id=row["reservation_id"],
            organisation=row["organisation"],
            party=Party.of(about.party),
            message_id=f"<{row['org_id']}.{row['id']}.{int(made.timestamp()):x}@{host}>",
            now=now,
            booking=about.booking and BookedSeats.of(about.booking),
            show=about.show and Show.of(about.show),
            logo=about.logo,
            order=Order.of(about.order),
        )

    @property
    def reservation_ids(self) -> tuple[int, ...]:
        """Return the ids of the reservations this message is about. Rows from before parties existed hold a single id."""
        return reservation_ids_of(self.payload, self.reservation_id)

    def manage_url(self, sender: Sender) -> str:
        """Return the link to the reservation, or "" if the row has no token, or has lost it."""
        token = self.text("manage_token")
        return f"{sender.public_url}/r/{quote(token, safe='')}" if token else ""

    def staff_url(self, sender: Sender) -> str:
        """Return the link of an invitation or to a new secret, or "" if the row has lost its token."""
        token = self.text("staff_token")
        return f"{sender.public_url}/invitation/{quote(token, safe='')}" if token else ""

    def waitlist_url(self, sender: Sender) -> str:
        token = self.text("waitlist_token")
        return f"{sender.public_url}/w/{quote(token, safe='')}" if token else ""

    @property
    def venue_name(self) -> str:
        """Return the venue's name if the row has it, else the organisation's."""
        return self.text("venue_name") or self.organisation

    def text(self, name: str) -> str:
        value = self.payload.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str, default: int = 1) -> int:
        value = self.payload.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    def slot(self, name: str) -> tuple[date, time, time]:
        """Return day, start and end of the slot `name` in the payload."""
        return slot_of(self.payload.get(name), name)

    def objects(self, name: str) -> list[dict[str, Any]]:
        """Return the objects in the list `name` of the payload."""
        value = self.payload.get(name)
        return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def detail(self, name: str, part: str) -> str:
        """Return the text `part` of the object `name` in the payload, or ""."""
        value = self.payload.get(name)
        found = value.get(part) if isinstance(value, dict) else None
        return found if isinstance(found, str) else ""

    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.text("timezone"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Unsendable("unreadable: timezone") from None

    def moment(self, name: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise Unsendable(f"unreadable: {name}") from None
        if moment.tzinfo is None:
            raise Unsendable(f"unreadable: {name}")
        return moment


def slot_of(value: Any, name: str) -> tuple[date, time, time]:
    """Return day, start and end of a slot in a payload. Raises Unsendable with its `name` if one is missing or malformed."""
    try:
        assert isinstance(value, dict)
        return (
            date.fromisoformat(value["date"]),
            time.fromisoformat(value["start_time"]),
            time.fromisoformat(value["end_time"]),
        )
    except (AssertionError, KeyError, TypeError, ValueError):
        raise Unsendable(f"unreadable: {name}") from None


def payload_of(row: Any) -> dict[str, Any]:
    payload = row["payload"]
    try:
        found = json.loads(payload) if isinstance(payload, str) else payload
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def booking_id_of(row: Any, payload: Mapping[str, Any]) -> int | None:
    """Return the booking that a row of a booking names. A row with a reservation needs none."""
    found = payload.get("booking_id")
    return found if row["kind"].startswith("booking.") and type(found) is int else None


def order_id_of(row: Any, payload: Mapping[str, Any]) -> int | None:
    """Return the order that a row about an order names."""
    found = payload.get("order_id") if row["kind"].startswith("order.") else None
    return found if type(found) is int else None


def ticket_ids_of(payload: Mapping[str, Any]) -> list[int]:
    """Return the tickets that a row about an order names. A row that names none is about all of them."""
    ids = payload.get("ticket_ids")
    return [one for one in ids if type(one) is int] if isinstance(ids, list) else []


def slot_id_of(row: Any, payload: Mapping[str, Any]) -> int | None:
    """Return the slot that a row of the waiting list is about."""
    slot = payload.get("slot") if row["kind"].startswith("waitlist.") else None
    found = slot.get("slot_id") if isinstance(slot, dict) else None
    return found if type(found) is int else None


def venue_id_of(payload: Mapping[str, Any]) -> int | None:
    """Return the venue that a row names."""
    found = payload.get("venue_id")
    return found if type(found) is int else None


def reservation_ids_of(payload: Mapping[str, Any], reservation_id: int | None) -> tuple[int, ...]:
    ids = payload.get("reservation_ids")
    named = [one for one in ids if isinstance(one, int)] if isinstance(ids, list) else []
    return tuple(named) or (() if reservation_id is None else (reservation_id,))
