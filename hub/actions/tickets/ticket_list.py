"""The list of tickets for their organiser: by code, order, product, status and channel, newest first."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from db.statements import load
from db.stored_codes import code_as_stored
from hub.access.scope import is_elsewhere, refuse_elsewhere
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND
from hub.rules.order_reference import order_number
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import normalise
from hub.services import Services

TICKETS = load("tickets/ticket_list")
LOOK_AT = 5_000
"""Tickets that one page of a filtered list looks at, in 15 to 50 ms. A page may hold fewer than asked for, and still have a next."""
LONGEST_CODE = 64
_FIRST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TicketRecord:
    """One ticket with its product, its order, and the reservation that stands. It holds no visitor's name or address."""

    ticket_id: int
    ticket_code: str
    status: str
    channel: str
    product_id: int
    product: str
    product_zh: str
    order_id: int
    order_reference: str | None
    created_at: datetime
    valid_until: datetime | None
    verified_at: datetime | None
    cancelled_at: datetime | None
    reserved_date: date | None
    start_time: time | None
    end_time: time | None


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets a list has. `order` is a reference, or the number of an order."""

    code: str = ""
    order: str = ""
    product_id: int | None = None
    status: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One page of tickets. `next` is the `before` of the following one; None at the end."""

    tickets: tuple[TicketRecord, ...]
    next: str | None


async def list_tickets(
    services: Services, by: Actor, wanted: TicketFilter, *, before: str | None = None, limit: int = 50
) -> TicketPage:
    """Return one page. A filtered page may hold fewer than `limit` tickets although `next` is set, and so may that of an
    administrator of some venues, who sees the tickets that stand there and those of every venue.

    Refuses INVALID_REQUEST for a malformed `before`.
    """
    database = services.database.reports
    if wanted.code:
        code = await code_as_stored(database, by.org_id, normalise(wanted.code)[:LONGEST_CODE])
        ticket_id = await database.fetchval(TICKETS.ticket_of_code, by.org_id, code)
        known = [] if ticket_id is None else await _records(database, by, [ticket_id])
        return TicketPage(tuple(one for one in known if _matches(one, wanted)), None)
    order, at, ticket_id = _cursor(before) if before else (BEYOND, _FIRST, BEYOND)
    filtered = bool(wanted.status or wanted.channel or (wanted.order and wanted.product_id))
    look_at = LOOK_AT if filtered else limit + 1
    asked = [by.org_id, at, ticket_id, wanted.status, wanted.channel, look_at, limit + 1]
    if wanted.order:
        order_id = await database.fetchval(TICKETS.order_named, by.org_id, wanted.order, order_number(wanted.order))
        if order_id is None:
            return TicketPage((), None)
        rows = await database.fetch(TICKETS.newest_tickets_of_order, *asked, order_id, wanted.product_id)
    elif wanted.product_id is not None:
        rows = await database.fetch(TICKETS.newest_tickets_of_product, *asked, wanted.product_id)
    else:
        rows = await database.fetch(TICKETS.newest_tickets, *asked, order)
    found = [row for row in rows if row["id"] is not None]
    tickets = await _records(database, by, [row["id"] for row in found[:limit]])
    return TicketPage(tuple(tickets), _next(rows, found, limit))


async def read_ticket_record(services: Services, by: Actor, ticket_id: int) -> TicketRecord:
    """Return one ticket. Refuses TICKET_NOT_FOUND, also for that of a booking or a guest, and FORBIDDEN outside of the scope."""
    return await record_of_ticket(services.database, by, ticket_id)


async def record_of_ticket(database: Any, by: Actor, ticket_id: int) -> TicketRecord:
    """The same, read with a pool or within a transaction."""
    found = await _rows(database, by, [ticket_id])
    if not found:
        raise Refused(Reason.TICKET_NOT_FOUND)
    refuse_elsewhere(by, found[0]["venue_id"])
    return _record(found[0])


async def _rows(database: Any, by: Actor, ids: list[int]) -> list[Any]:
    return await database.fetch(TICKETS.listed_tickets, by.org_id, ids) if ids else []


async def _records(database: Any, by: Actor, ids: list[int]) -> list[TicketRecord]:
    """Return those of the tickets that stand within the scope of `by`."""
    return [_record(row) for row in await _rows(database, by, ids) if not is_elsewhere(by, row["venue_id"])]


def _record(row: Any) -> TicketRecord:
    return TicketRecord(**{name: value for name, value in row.items() if name != "venue_id"})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else None


def _matches(ticket: TicketRecord, wanted: TicketFilter) -> bool:
    return (
        (wanted.status is None or ticket.status == wanted.status)
        and (wanted.channel is None or ticket.channel == wanted.channel)
        and (wanted.product_id is None or ticket.product_id == wanted.product_id)
        and (
            not wanted.order or wanted.order == ticket.order_reference or order_number(wanted.order) == ticket.order_id
        )
    )


def _next(rows: list[Any], found: list[Any], limit: int) -> str | None:
    """Return the cursor: behind the last ticket of a full page, or behind the last that was looked at."""
    if len(found) > limit:
        last = found[limit - 1]
        return _text(last["order_id"], last["created_at"], last["id"])
    one = rows[0]
    return None if one["last_id"] is None else _text(one["last_order"], one["last_at"], one["last_id"])


def _text(order_id: int, at: datetime, ticket_id: int) -> str:
    return f"{order_id}_{at.astimezone(UTC).isoformat()}_{ticket_id}"


def _cursor(text: str) -> tuple[int, datetime, int]:
    """Return order, time and ticket of a cursor."""
    try:
        order, moment, ticket = text.split("_")
        at = datetime.fromisoformat(moment.replace(" ", "+"))
        order_id, ticket_id = _number(order), _number(ticket)
        if at.tzinfo is None or order_id is None or ticket_id is None:
            raise ValueError("a cursor of another form")
        return order_id, at.astimezone(UTC), ticket_id
    except (ValueError, OverflowError):
        errors = [{"field": "before", "message": "Give the `next` of the page before"}]
        raise Refused(Reason.INVALID_REQUEST, errors=errors) from None
