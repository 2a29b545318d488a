"""The tickets of the organisation: the list, issuing new ones, sending one again, and cancelling one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.booking.cancelled_tickets import LONGEST_REASON
from hub.actions.box_office.send_ticket import address_of_ticket, send_ticket
from hub.actions.orders.cancel_ticket import cancel_ticket
from hub.actions.tickets.issue import CHANNELS, STATUSES, TicketBatch, issue_tickets
from hub.actions.tickets.products import list_products
from hub.actions.tickets.ticket_list import TicketFilter, TicketPage, list_tickets, read_ticket_record
from hub.rules.refusals import Refused
from hub.rules.ticket_code import looks_mistyped, normalise
from hub.rules.ticket_lifecycle import TicketStatus
from hub.text.contact_details import check_contact
from web.json_body import invalid
from web.keys import SERVICES
from web.limits import LONGEST_TOKEN, MOST_TICKETS
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.bookings import search_text
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id

LIST = "/admin/tickets"
PAGE = 50
MOST_PRODUCTS = 200
"""Products that a list offers to choose from."""
_ALL_STATUSES = tuple(status.value for status in TicketStatus)
_NEW: Mapping[str, str] = {"count": "1", "status": "ACTIVATED", "channel": "direct"}


async def show_tickets(request: web.Request) -> web.Response:
    return await _page(request, _actor(request))


async def issue(request: web.Request) -> web.Response:
    """Issue tickets, and show those of their order."""
    by = _actor(request)
    form = await read_form(request)
    try:
        issued = await issue_tickets(request.app[SERVICES], _batch(form), org_id=by.org_id, by=by)
    except Refused as no:
        return await _page(request, by, refused=no, typed=_typed(form))
    return see_other(LIST, done="tickets-issued", q=issued["order_id"])


async def show_ticket(request: web.Request) -> web.Response:
    return await _ticket_page(request, _actor(request))


async def send_again(request: web.Request) -> web.Response:
    by, ticket_id = _actor(request), path_id(request, "ticket_id")
    await read_form(request)
    try:
        await send_ticket(request.app[SERVICES], by, ticket_id)
    except Refused as no:
        return await _ticket_page(request, by, refused=no)
    return see_other(f"{LIST}/{ticket_id}", done="ticket-sent")


async def cancel(request: web.Request) -> web.Response:
    """Cancel a ticket for a reason."""
    by, ticket_id = _actor(request), path_id(request, "ticket_id")
    form = await read_form(request)
    try:
        await cancel_ticket(request.app[SERVICES], by, ticket_id, form.get("reason"))
    except Refused as no:
        return await _ticket_page(request, by, refused=no, reason=form.get("reason"))
    return see_other(f"{LIST}/{ticket_id}", done="ticket-cancelled")


def _actor(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))


async def _page(
    request: web.Request, by: Actor, *, refused: Refused | None = None, typed: Mapping[str, str] | None = None
) -> web.Response:
    """Show the list of an address, and the form for new tickets with what was typed."""
    services, text = request.app[SERVICES], search_text(request)
    wanted = _filter(request)
    before = request.query.get("before", "")[:LONGEST_TOKEN]
    try:
        page = await _find(request, by, wanted, text, before)
    except Refused:
        page = await _find(request, by, wanted, text, "")  # what means nothing is left out
    query = {"q": text, "status": wanted.status, "product": wanted.product_id, "channel": wanted.channel}
    kept = {name: value for name, value in query.items() if value}
    products = (await list_products(services, by, limit=MOST_PRODUCTS)).products
    return admin_page(
        request,
        "tickets.html",
        status=200 if refused is None else 409,
        refused=refused,
        tickets=page.tickets,
        text=text,
        wanted=wanted,
        filtered=bool(kept),
        later=bool(before),
        first=f"{LIST}?{urlencode(kept)}" if kept else LIST,
        older=f"{LIST}?{urlencode({**kept, 'before': page.next})}" if page.next else "",
        products=sorted(products, key=lambda one: one.name.casefold()),
        statuses=_ALL_STATUSES,
        channels=CHANNELS,
        typed={"product_id": "", "email": "", **(typed or _NEW)},
        most=MOST_TICKETS,
        zone=await _zone(request, by),
    )


async def _find(request: web.Request, by: Actor, wanted: TicketFilter, text: str, before: str) -> TicketPage:
    """Return the tickets of a code, or else of an order; without a search text all."""
    services = request.app[SERVICES]
    if not text:
        return await list_tickets(services, by, wanted, before=before or None, limit=PAGE)
    found = await list_tickets(services, by, replace(wanted, code=text), limit=PAGE)
    if found.tickets or (before == "" and _is_code(text)):
        return found
    return await list_tickets(services, by, replace(wanted, order=text), before=before or None, limit=PAGE)


def _is_code(text: str) -> bool:
    """Whether the text is a code of ours, so that it names no order."""
    return normalise(text).startswith("TKT-") and not looks_mistyped(text)


async def _ticket_page(
    request: web.Request, by: Actor, *, refused: Refused | None = None, reason: str = ""
) -> web.Response:
    ticket = await read_ticket_record(request.app[SERVICES], by, path_id(request, "ticket_id"))
    return admin_page(
        request,
        "ticket.html",
        status=200 if refused is None else 409,
        refused=refused,
        ticket=ticket,
        email=await address_of_ticket(request.app[SERVICES], by, ticket.ticket_id),
        reason=reason,
        longest=LONGEST_REASON,
        zone=await _zone(request, by),
    )


async def _zone(request: web.Request, by: Actor) -> str:
    venue = await request.app[SERVICES].venues.first(by.org_id)
    return "UTC" if venue is None else venue.timezone


def _filter(request: web.Request) -> TicketFilter:
    """Return the filter of an address. What means nothing is left out, so that every address shows a list."""
    status, channel, product = (request.query.get(name, "") for name in ("status", "channel", "product"))
    return TicketFilter(
        status=status if status in _ALL_STATUSES else None,
        channel=channel if channel in CHANNELS else None,
        product_id=int(product) if product.isascii() and product.isdigit() and len(product) < 16 else None,
    )


def _typed(form: Form) -> dict[str, str]:
    return {name: form.get(name) for name in ("count", "product_id", "status", "channel", "email")}


def _batch(form: Form) -> TicketBatch:
    """Return what is to be issued. Refuses INVALID_REQUEST, and INVALID_CONTACT for the address."""
    count, status, channel = form.number("count"), form.get("status"), form.get("channel")
    if count is None or not 1 <= count <= MOST_TICKETS:
        raise invalid(("count", f"Give a whole number from 1 to {MOST_TICKETS}"))
    if status not in STATUSES or channel not in CHANNELS:
        raise invalid(("status", "Choose one of these"))
    email: Any = form.get("email")
    if email:
        email = check_contact(email, None).email
    return TicketBatch(count, status, channel, form.number("product_id"), customer_email=email or None)
