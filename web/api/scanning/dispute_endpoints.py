"""The endpoints of disputes: asking a supervisor about a scan that let nobody in, and the supervisor's answer."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import BeforeValidator, Field

from hub.access.roles import Role
from hub.actions.scanning import disputes as deeds
from hub.actions.scanning.override_entry import override_entry
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint
from web.api.requests import Body, FilledText, uuid_text
from web.api.responses import Done, Shape, TicketStatus
from web.api.scanning.decision_query import DECISION_PARAMETERS, which_decisions
from web.api.scanning.responses import FirstEntry
from web.json_body import read_json
from web.json_responses import done
from web.keys import SERVICES
from web.request_fields import operator_of, staff_of

Why = Annotated[FilledText, Field(min_length=1, max_length=500)]
DisputedScan = Annotated[
    UUID, BeforeValidator(uuid_text), Field(description="The scan that let nobody in: a dispute is named by it.")
]


class AskSupervisor(Body):
    scan_id: DisputedScan
    note: Annotated[FilledText | None, Field(default=None, max_length=500, description="What the visitor says.")]


class DecideDispute(Body):
    scan_id: DisputedScan
    decision: Literal["admit", "decline"]
    reason: Annotated[Why, Field(description="Stays on record, and is shown at the gate.")]
    take_back: Annotated[
        bool,
        Field(
            default=False,
            description="Of `admit`: an entry that stands in the way was a mistake and is undone first. No effect where its"
            " holder has left: nothing stands in the way then.",
        ),
    ]


class WithdrawDispute(Body):
    scan_id: DisputedScan


class Person(Shape):
    id: int
    name: str | None


class Leaving(Shape):
    left_at: datetime
    gate: str | None


class DisputedTicket(Shape):
    status: TicketStatus
    customer_name: str | None
    date: date | None
    """Of the reservation, where there is one."""
    start_time: time | None
    end_time: time | None
    verified: FirstEntry | None
    left: Leaving | None
    """When and at which gate its holder left, where they have not come back since: they can be let back in."""


class Dispute(Shape):
    dispute_id: int
    scan_id: UUID
    venue_id: int
    ticket_code: str
    ticket_id: int | None
    gate: str | None
    device: str | None
    result: Literal["GREEN", "YELLOW", "RED"]
    """What the door said, and for which `reason`."""
    reason: Reason
    scanned_at: datetime
    operator: Person
    note: str | None
    asked_at: datetime | None
    """Null where a supervisor decided unasked."""
    decision: Literal["admitted", "declined", "withdrawn"] | None
    decision_reason: str | None
    decided_by: Person | None
    decided_at: datetime | None
    recorded: Literal["VERIFIED", "RE_ENTRY"] | None
    """Of `admitted`: whether it recorded an entry, or the return of somebody who had left."""
    undone: bool
    """Whether the entry or the return that was recorded has been taken back since."""
    obstacle: Reason | None
    """Why nobody can be let in with the ticket as it stands now; null where its entry can be recorded, or its holder's return."""
    ticket: DisputedTicket | None
    """As it stands now."""


class DisputeAnswer(Done):
    data: Dispute


class DisputePage(Shape):
    disputes: list[Dispute]
    next: int | None
    """The `before` of the following page; null at the end."""


class DisputePageAnswer(Done):
    data: DisputePage


async def ask(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    body = await read_json(request, AskSupervisor)
    return done(await deeds.ask_supervisor(request.app[SERVICES], operator, body.scan_id, body.note))


async def listing(request: web.Request) -> web.Response:
    return done(await deeds.list_disputes(request.app[SERVICES], staff_of(request), **which_decisions(request)))


async def decide(request: web.Request) -> web.Response:
    manager = staff_of(request, Role.MANAGER)
    body, services = await read_json(request, DecideDispute), request.app[SERVICES]
    if body.decision == "decline":
        return done(await deeds.decline(services, manager, body.scan_id, body.reason))
    answer = override_entry(services, manager, body.scan_id, body.reason, take_back=body.take_back, source="http")
    return done(await answer)


async def withdraw(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    body = await read_json(request, WithdrawDispute)
    return done(await deeds.withdraw(request.app[SERVICES], operator, body.scan_id))


_BODY = (Reason.INVALID_REQUEST, Reason.PAYLOAD_TOO_LARGE, Reason.UNSUPPORTED_MEDIA_TYPE, Reason.REQUEST_TIMEOUT)
_STAFF = (Reason.UNAUTHENTICATED, Reason.FORBIDDEN)

DISPUTE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/disputes", ask, "Ask a supervisor", "Disputes", "operator", DisputeAnswer, body=AskSupervisor,
        refusals=(*_BODY, *_STAFF, Reason.SCAN_NOT_FOUND, Reason.NOTHING_TO_DISPUTE, Reason.RATE_LIMITED),
        about="About an own scan that let nobody in. Asked again, the dispute is told as it stands.",
    ),
    Endpoint(
        "GET", "/api/disputes", listing, "What supervisors were asked", "Disputes", "operator", DisputePageAnswer,
        parameters=DECISION_PARAMETERS,
        refusals=(Reason.INVALID_REQUEST, *_STAFF),
        about="Newest first: a manager's whole organisation, an operator's own.",
    ),
    Endpoint(
        "POST", "/api/disputes/decision", decide, "Answer as a supervisor", "Disputes", "operator", DisputeAnswer,
        body=DecideDispute,
        refusals=(*_BODY, *_STAFF, Reason.SCAN_NOT_FOUND, Reason.NOTHING_TO_DISPUTE, Reason.DISPUTE_DECIDED,
                  Reason.TICKET_NOT_FOUND, Reason.TICKET_CANCELLED, Reason.TICKET_NOT_ACTIVATED, Reason.ALREADY_VERIFIED,
                  Reason.BUSY),
        statuses={Reason.ALREADY_VERIFIED: 409},
        about="For managers, asked or not. `admit` records the entry against the door's word, in the log with mode `override`; where"
        " the holder has left and not come back, their return."
        " The first decision stands; the same one again changes nothing.",
    ),
    Endpoint(
        "POST", "/api/disputes/withdrawal", withdraw, "Need no answer any more", "Disputes", "operator", DisputeAnswer,
        body=WithdrawDispute,
        refusals=(*_BODY, *_STAFF, Reason.SCAN_NOT_FOUND, Reason.DISPUTE_DECIDED, Reason.RATE_LIMITED),
    ),
)  # fmt: skip
