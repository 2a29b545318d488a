"""Ordered tickets: an order with its tickets that stand, in the form that e-mails use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MOST_NAMED = 50
"""Tickets that an e-mail about an order names."""


@dataclass(frozen=True, slots=True)
class NamedTicket:
    """One ticket. `booked`: a visit is booked with it. `must_book`: nobody comes in with it before that."""

    code: str
    status: str
    booked: bool
    valid_until: datetime | None
    product: str
    product_zh: str
    venue: str
    address: str
    timezone: str
    must_book: bool

    @property
    def bookable(self) -> bool:
        """Whether its holder can book a visit with it, or activate it first."""
        return self.status in ("ACTIVATED", "INACTIVE") and not self.booked

    def product_in(self, language: str) -> str:
        return (self.product_zh or self.product) if language == "zh_Hans" else self.product


@dataclass(frozen=True, slots=True)
class Order:
    """An order, or those of its tickets that a message names. `standing` counts all that are not cancelled, and `unbooked` those
    that can be booked or activated. `reference` is "" if its buyer is not known.
    """

    org_id: int
    reference: str
    status: str
    customer_name: str
    standing: int
    unbooked: int
    venue: str
    slug: str
    contact_email: str
    contact_phone: str
    tickets: tuple[NamedTicket, ...]

    @classmethod
    def of(cls, rows: Sequence[Any]) -> "Order | None":
        """Build the order from the rows of `outbox.orders`. Returns None if there are no rows."""
        if not rows:
            return None
        first = rows[0]
        tickets = tuple(
            NamedTicket(
                row["code"], row["ticket_status"], row["booked"], row["valid_until"], row["product"], row["product_zh"],
                row["venue_name"] or "", row["address"] or "", row["timezone"], row["must_book"],
            )
            for row in rows
            if row["code"] is not None
        )  # fmt: skip
        one_venue = len({row["venue_id"] for row in rows}) == 1
        reference = (first["reference"] or str(first["order_id"])) if first["addressed"] else ""
        return cls(
            first["org_id"], reference, first["status"], first["customer_name"] or "", first["standing"],
            first["unbooked"], (first["venue_name"] or "") if one_venue else "", (first["slug"] or "") if one_venue else "",
            (first["contact_email"] or "") if one_venue else "", (first["contact_phone"] or "") if one_venue else "", tickets,
        )  # fmt: skip
