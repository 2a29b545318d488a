"""The endpoints of the ticket desk: finding a ticket by what its holder can say, and everything that happened to it."""

import re
from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.reporting.scan_log import venue_of_records
from hub.actions.tickets.life import MOST_FOUND, find_tickets, ticket_life
from hub.rules.decisions import Contact
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.responses import Done, Shape
from web.json_body import invalid
from web.json_responses import done
from web.keys import SERVICES
from web.request_fields import operator_of, path_id, staff_of

_WISH = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{3,200}")


class FoundTicket(Shape):
    ticket_id: int
    ticket_code: str
    status: str
    customer_name: str | None
    customer_email: str | None
    customer_phone: str | None
    order_reference: str | None
    date: date | None
    """Of the reservation, where there is one."""
    start_time: time | None
    end_time: time | None


class FoundTickets(Shape):
    tickets: list[FoundTicket]


class FoundTicketsAnswer(Done):
    data: FoundTickets


class LifeTicket(Shape):
    ticket_id: int
    ticket_code: str
    status: str
    channel: str
    product: str
    order_reference: str | None
    customer_name: str | None
    customer_email: str | None
    customer_phone: str | None
    valid_until: datetime | None


class LifeReservation(Shape):
    reservation_id: int
    status: str
    venue: str
    date: date
    start_time: time
    end_time: time


class LifeEvent(Shape):
    """What happened, and when. Which of the other fields there are depends on `kind`."""

    at: datetime
    kind: Literal["issued", "paid", "activated", "reserved", "moved", "expired", "cancelled", "waiting", "offered",
                  "wait_ended", "mail", "scan", "asked", "declined", "withdrawn",
                  "conflict", "conflict_decided"]  # fmt: skip
    reservation_id: int | None = None
    venue: str | None = None
    date: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    times: int | None = None
    """How often it has moved: the place it moved to is the newest."""
    cause: str | None = None
    outcome: str | None = None
    mail: str | None = None
    channel: str | None = None
    status: str | None = None
    recipient: str | None = None
    scan_id: UUID | None = None
    mode: str | None = None
    result: str | None = None
    reason: str | None = None
    gate: str | None = None
    device: str | None = None
    source: str | None = None
    entered: bool | None = None
    undoes: UUID | None = None
    note: str | None = None
    scanned_at: datetime | None = None
    operator_id: int | None = None
    operator_name: str | None = None


class Life(Shape):
    ticket: LifeTicket
    reservation: LifeReservation | None
    events: list[LifeEvent]
    """Oldest first."""
    scans_left_out: bool
    """Only the newest 500 scans are told."""
    timezone: str


class LifeAnswer(Done):
    data: Life


async def search(request: web.Request) -> web.Response:
    staff = staff_of(request, Role.MANAGER)
    wish = request.query.get("q", "")
    if not _WISH.fullmatch(wish) or len(wish.strip()) < 3:
        raise invalid(("q", "Give a ticket code, an order, an email address or a phone number"))
    services = request.app[SERVICES]
    venue = await venue_of_records(services, staff.org_id, staff.venue_id)
    return done({"tickets": await find_tickets(services, staff.org_id, wish, venue.country)})


async def life(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    contact = await _contact(request, operator)
    data: dict[str, Any] = await ticket_life(
        request.app[SERVICES], operator.org_id, path_id(request, "ticket_id"), contact
    )
    return done(data)


async def _contact(request: web.Request, staff: Identity) -> Contact:
    """Managers are shown a customer's contact in full, operators what their venue's policy says."""
    if at_least(staff.role, Role.MANAGER):
        return "full"
    venue = await venue_of_records(request.app[SERVICES], staff.org_id, staff.venue_id)
    return "full" if venue.show_contact == "full" else "masked"


DESK_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/tickets/search", search, "Find tickets", "Records", "operator", FoundTicketsAnswer,
        parameters=(
            Parameter("q", "query", {"type": "string", "minLength": 3, "maxLength": 200},
                      "A ticket's code, an order's reference, an e-mail address or a phone number, each whole.", True),
        ),
        refusals=(Reason.INVALID_REQUEST, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND),
        about=f"For managers, in their own organisation. At most {MOST_FOUND}.",
    ),
    Endpoint(
        "GET", "/api/tickets/{ticket_id:[0-9]+}/life", life, "The life of a ticket", "Records", "operator", LifeAnswer,
        refusals=(Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.TICKET_NOT_FOUND, Reason.NOT_FOUND, Reason.RATE_LIMITED),
        about="Everything that is known to have happened to it, oldest first. Contact details as at the door: in full for"
        " managers, by the venue's policy for operators.",
    ),
)  # fmt: skip
