"""Ticket checks: whether a ticket exists and may book, before the customer chooses a slot."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from db.stored_codes import codes_without_case, meant_codes
from hub.batching.batcher import Batcher
from hub.rules.booking_decision import BookingTicket, refuse_ticket
from hub.rules.code_slips import likely_codes
from hub.rules.contact_masking import mask_email
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LONGEST_CODE
from hub.rules.ticket_code import is_ours, looks_mistyped, normalise
from hub.rules.venue import Venue
from hub.services import Services

TICKETS = load("tickets/tickets")


@dataclass(frozen=True, slots=True)
class TicketStanding:
    ticket_id: int
    ticket_code: str
    status: str
    product_id: int
    order_id: int
    order_tickets: int
    """Tickets of the order that its e-mail address shows, counted up to 20, which is the largest party."""
    venue_id: int | None
    """The venue of its product; None if the ticket is valid at any venue."""


class TicketChecks:
    """All ticket checks of this process, many in one statement."""

    def __init__(
        self,
        services: Services,
        *,
        observe: Callable[[int, float], None] | None = None,
        checked: Callable[[int, TicketStanding, datetime], None] | None = None,
        refused: Callable[[int, int | None, str, Reason], None] | None = None,
    ) -> None:
        """`checked(org_id, standing, now)` is called for every ticket that passed, `refused(org_id, venue_id, code, reason)` for every other.

        The venue is that of the ticket's product, if it has one. Neither may block, because checks wait.
        """
        self._services = services
        self._checked, self._refused = checked, refused
        self._batcher: Batcher[tuple[int, str], TicketStanding] = Batcher("ticket checks", self._check, observe=observe)
        self.drain = self._batcher.drain

    def validate(self, org_id: int, code: str) -> asyncio.Future[TicketStanding]:
        """Return a future of the standing of a bookable ticket. For any other ticket it raises Refused."""
        return self._batcher.submit((org_id, normalise(code)[:LONGEST_CODE]))

    async def _check(self, asked: list[tuple[int, str]]) -> Sequence[TicketStanding | BaseException]:
        rows = await self._services.database.bookings.fetch(
            TICKETS.read_standing, [org_id for org_id, _ in asked], [code for _, code in asked]
        )
        rows = await self._without_case(asked, list(rows))
        now = self._services.clock.now()
        likely = [
            [] if row["id"] is not None else likely_codes(code) for (_, code), row in zip(asked, rows, strict=True)
        ]
        meant: Sequence[str | None] = [None] * len(asked)
        if any(likely):
            meant = await meant_codes(self._services.database.bookings, [org_id for org_id, _ in asked], likely)
        standings = [
            self._judge(org_id, code, row, now, slip)
            for (org_id, code), row, slip in zip(asked, rows, meant, strict=True)
        ]
        for (org_id, code), row, standing in zip(asked, rows, standings, strict=True):
            if isinstance(standing, TicketStanding):
                if self._checked is not None:
                    self._checked(org_id, standing, now)
            elif self._refused is not None:
                self._refused(org_id, row["product_venue_id"], code, standing.reason)
        return standings

    async def _without_case(self, asked: list[tuple[int, str]], rows: list[Any]) -> list[Any]:
        """Return the rows, with those of unknown codes from elsewhere by the only one that differs in case alone."""
        missed = [n for n, row in enumerate(rows) if row["id"] is None and not is_ours(asked[n][1])]
        if not missed:
            return rows
        database, org_ids = self._services.database.bookings, [asked[n][0] for n in missed]
        codes = await codes_without_case(database, org_ids, [asked[n][1] for n in missed])
        found = [(n, code) for n, code in zip(missed, codes, strict=True) if code is not None]
        if found:
            again = [asked[n][0] for n, _ in found], [code for _, code in found]
            for (n, _), row in zip(found, await database.fetch(TICKETS.read_standing, *again), strict=True):
                rows[n] = row
        return rows

    @staticmethod
    def _judge(org_id: int, code: str, row: Any, now: Any, meant: str | None) -> TicketStanding | Refused:
        if row["id"] is None:
            mistyped = {"likely_mistyped": True} if looks_mistyped(code) else {}
            return Refused(Reason.TICKET_NOT_FOUND, **mistyped, **({"meant": meant} if meant is not None else {}))
        ticket = BookingTicket(
            row["id"], org_id, row["status"], row["valid_until"], None, row["reservation_id"] is not None
        )
        reason = refuse_ticket(ticket, now)
        if reason is Reason.TICKET_ALREADY_RESERVED:
            day = row["reserved_date"]
            # Masked: whoever holds the code learns where the confirmation is, and can have it sent again.
            known = {"sent_to": mask_email(row["reserved_email"])} if row["reserved_email"] else {}
            return Refused(reason, reserved_date=day.isoformat() if day else None, **known)
        if reason is Reason.TICKET_NOT_ACTIVATED and row["status"] == "INACTIVE":
            # It is paid for, and its holder can activate it now.
            return Refused(reason, can_activate=True, ticket_id=row["id"], ticket_code=row["code"])
        if reason is not None:
            return Refused(reason)
        return TicketStanding(row["id"], row["code"], row["status"], row["product_id"], row["order_id"],
                              row["order_tickets"], row["product_venue_id"])  # fmt: skip


async def venues_of_ticket(services: Services, org_id: int, standing: TicketStanding) -> tuple[Venue, ...]:
    """Return the venues that a ticket can be booked at: that of its product, else all of the organisation that offer a time."""
    if standing.venue_id is not None:
        return (await services.venues.read(org_id, standing.venue_id),)
    return await services.venues.bookable(services.clock.now(), org_id)


async def venue_of_ticket(services: Services, org_id: int, standing: TicketStanding) -> Venue | None:
    """Return the venue of a ticket, or the organisation's first if it is valid at any; None if there is none yet."""
    if standing.venue_id is not None:
        return await services.venues.read(org_id, standing.venue_id)
    return await services.venues.first(org_id)
