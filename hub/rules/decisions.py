"""The decision: the answer to a scan, as a value and as the contract's JSON object."""

from collections.abc import Collection
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from uuid import UUID

from hub.rules.contact_masking import mask_email, mask_phone
from hub.rules.entry_decision import FirstEntry, ReservationFacts, TicketFacts, Verdict
from hub.rules.parties import Party
from hub.rules.product_at_gate import ProductAtGate
from hub.rules.timestamps import rfc3339

Contact = Literal["masked", "full"]


class Presence(NamedTuple):
    """Whether the holder is inside (since when), or has left (when, and at which gate).

    `inside` is how many people of a party are inside after this scan; None for a ticket of one person.
    """

    inside_since: datetime | None
    left_at: datetime | None = None
    left_gate: str | None = None
    inside: int | None = None


class Undone(NamedTuple):
    """That what a scan recorded was undone: when, and by whom."""

    undone_at: datetime
    undone_by: int
    operator_name: str

    def as_dict(self) -> dict[str, Any]:
        """Return the contract's object."""
        undone_at, undone_by, name = self
        return {"undone_at": _moment(undone_at), "undone_by": undone_by, "operator_name": name}


class Decision(NamedTuple):
    """The answer to one scan. `first_entry` is the entry that counts, which this scan may have just recorded."""

    verdict: Verdict
    ticket: TicketFacts | None
    status: str | None
    reservation: ReservationFacts | None
    first_entry: FirstEntry | None
    today: date
    scan_id: UUID
    entered: bool
    repeated: bool = False
    """Whether this scan_id was answered before."""
    presence: Presence | None = None
    """Set for an exit, and for a ticket whose holder has left."""
    people: int = 1
    """How many people this scan moved, if it moved anybody."""
    party: Party | None = None
    """Set for a booking, and for a ticket that was booked together with others: as it is after this scan."""
    product: ProductAtGate | None = None
    """Set if the ticket's product has something to say at a gate."""
    undone: Undone | None = None
    """Set for a repeat, if what the scan recorded has been undone since."""

    def as_dict(self, contact: str = "masked", language: str = "en", venues: Collection[int] = ()) -> dict[str, Any]:
        """Return the contract's decision object; `contact` says how much of the customer's e-mail and phone is shown.

        `language` is that of the scanner, for the texts of the product. Of a ticket that stands at none of the `venues` the
        contact is masked; without `venues`, of none.
        """
        verdict, ticket, reservation = self.verdict, self.ticket, self.reservation
        if contact == "full" and venues and ticket is not None:
            venue_id = ticket.venue_id if reservation is None else reservation.venue_id
            if venue_id is not None and venue_id not in venues:
                contact = "masked"
        wire = {
            "result": verdict.result,
            "reason": verdict.reason,
            "message": verdict.message,
            "detail": verdict.detail,
            "can_verify": verdict.can_verify,
            "days_from_now": verdict.days_from_now,
            "ticket": None
            if ticket is None
            else {
                "ticket_id": ticket.id,
                "ticket_code": ticket.code,
                "status": self.status,
                "customer_name": ticket.customer_name,
                "customer_email": ticket.customer_email if contact == "full" else mask_email(ticket.customer_email),
                "customer_phone": ticket.customer_phone if contact == "full" else mask_phone(ticket.customer_phone),
            },
            "reservation": None
            if reservation is None
            else {
                "reservation_id": reservation.id,
                "slot_id": reservation.slot_id,
                "date": _day(reservation.date),
                "start_time": _time(reservation.start_time),
                "end_time": _time(reservation.end_time),
                "is_today": reservation.date == self.today,
                "booked_count": reservation.booked_count,
                "total_capacity": reservation.total_capacity,
            },
            "verified": None if self.first_entry is None else _entry(self.first_entry),
            "scan_id": str(self.scan_id),
        }
        if self.presence is not None:
            since, left_at, gate, inside = self.presence
            wire["presence"] = {
                "inside_since": since and _moment(since),
                "left_at": left_at and _moment(left_at),
                "left_gate": gate,
                **({} if inside is None else {"inside": inside}),
            }
        if self.party is not None:
            wire["party"] = self.party.as_dict()
        if self.product is not None:
            wire["product"] = self.product.as_dict(language)
        if self.undone is not None:
            wire["undone"] = self.undone.as_dict()
        return wire


def _entry(entry: FirstEntry) -> dict[str, Any]:
    return {
        "verified_at": _moment(entry.verified_at),
        "verified_by": entry.verified_by,
        "operator_name": entry.operator_name,
        "gate": entry.gate,
    }


# Scans repeat the same few days and times, and within one batch the same moment.
_day = lru_cache(maxsize=1024)(date.isoformat)


@lru_cache(maxsize=1024)
def _time(value: time) -> str:
    return value.isoformat("seconds")


@lru_cache(maxsize=1024)
def _moment(value: datetime) -> str:
    return rfc3339(value)
