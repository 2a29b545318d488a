"""The orders of the organisation: the list, and one with its tickets, its payment, its e-mail sent again, its cancellation and its history."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from hub.actions.audit.actor import Actor
from hub.actions.booking.cancelled_tickets import LONGEST_REASON
from hub.actions.orders import order_records
from hub.actions.orders.cancel_order import Cancellation, cancel_order
from hub.actions.orders.pay_order import pay_order
from hub.actions.orders.printed_tickets import read_tickets_to_print
from hub.actions.orders.send_again import send_order_again
from hub.confirmation import qr_code
from hub.rules.refusals import Refused
from hub.text.languages import N_
from web.json_body import invalid
from web.keys import SERVICES
from web.limits import ORDER_BODY_BYTES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.bookings import search_text
from web.pages.forms import read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id

LIST = "/admin/orders"
PAGE = 50
MOST_SHOWN = 200
"""Tickets that the page of an order shows. The list of tickets has all of them."""


async def show_orders(request: web.Request) -> web.Response:
    """Show the orders, the newest first: all, or those of a status and a search."""
    by, text = _actor(request), search_text(request)
    status, before = request.query.get("status", ""), _number(request, "before")
    status = status if status in order_records.STATUSES else ""
    page = await order_records.list_orders(
        request.app[SERVICES], by, text=text, status=status or None, limit=PAGE,
        before=before,
    )  # fmt: skip
    kept = {name: value for name, value in {"q": text, "status": status}.items() if value}
    return admin_page(
        request,
        "orders.html",
        orders=page.orders,
        text=text,
        status_shown=status,
        statuses=order_records.STATUSES,
        later=before is not None,
        first=f"{LIST}?{urlencode(kept)}" if kept else LIST,
        older=f"{LIST}?{urlencode({**kept, 'before': page.next})}" if page.next else "",
        zone=await _zone(request, by),
    )


async def show_order(request: web.Request) -> web.Response:
    return await _order_page(request, _actor(request))


async def print_tickets(request: web.Request) -> web.Response:
    """Show the tickets of an order on slips: a page of them, or the one that is asked for."""
    by, services, after = _actor(request), request.app[SERVICES], _number(request, "after") or 0
    printed = await read_tickets_to_print(
        services, by, path_id(request, "order_id"), ticket_id=_number(request, "ticket"), after=after
    )  # fmt: skip
    pictures = {one.ticket_id: Markup(qr_code.svg(one.ticket_code)) for one in printed.tickets}  # noqa: S704 - our own picture
    return admin_page(
        request, "order_print.html", printed=printed, pictures=pictures, whole=printed.after is None and not after, chinese=request["language"].startswith("zh"),
        book_at=f"{services.settings.public_url}/reserve".partition("://")[2],
    )  # fmt: skip


async def pay(request: web.Request) -> web.Response:
    by, order_id = _actor(request), path_id(request, "order_id")
    await read_form(request)
    try:
        await pay_order(request.app[SERVICES], by, order_id)
    except Refused as no:
        return await _order_page(request, by, refused=no)
    return see_other(f"{LIST}/{order_id}", done="order-paid")


async def send_again(request: web.Request) -> web.Response:
    by, order_id = _actor(request), path_id(request, "order_id")
    await read_form(request)
    try:
        await send_order_again(request.app[SERVICES], by, order_id)
    except Refused as no:
        return await _order_page(request, by, refused=no)
    return see_other(f"{LIST}/{order_id}", done="order-sent")


async def cancel(request: web.Request) -> web.Response:
    """Cancel the order, or with `part` only the tickets that are marked."""
    by, order_id = _actor(request), path_id(request, "order_id")
    form = await read_form(request, ORDER_BODY_BYTES, MOST_SHOWN + 10)
    marked = tuple(int(one) for one in form.all("ticket_id") if one.isascii() and one.isdigit() and len(one) <= 16)
    in_part = form.get("part") == "1"
    try:
        if in_part and not marked:
            raise invalid(("ticket_ids", N_("Choose at least one")))
        wanted = Cancellation(form.get("reason"), ticket_ids=marked if in_part else ())
        await cancel_order(request.app[SERVICES], by, order_id, wanted)
    except Refused as no:
        return await _order_page(request, by, refused=no, reason=form.get("reason"), marked=marked, in_part=in_part)
    return see_other(f"{LIST}/{order_id}", done="order-refunded" if in_part else "order-cancelled")


async def _order_page(
    request: web.Request, by: Actor, *, refused: Refused | None = None, reason: str = "", marked: tuple[int, ...] = (),
    in_part: bool = False,
) -> web.Response:  # fmt: skip
    order = await order_records.read_order(request.app[SERVICES], by, path_id(request, "order_id"))
    standing = sum(one.status != "CANCELLED" for one in order.tickets)
    return admin_page(
        request,
        "order.html",
        status=200 if refused is None else 409,
        refused=refused,
        order=order,
        tickets=order.tickets[:MOST_SHOWN],
        standing=standing,
        printable=any(one.status not in ("CANCELLED", "PENDING_PAYMENT") for one in order.tickets),
        used=sum(one.verified_at is not None for one in order.tickets),
        reason=reason,
        marked=marked,
        in_part=in_part,
        longest=LONGEST_REASON,
        zone=await _zone(request, by),
    )


def _number(request: web.Request, name: str) -> int | None:
    """Return a number of the address; None for anything else."""
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else None


async def _zone(request: web.Request, by: Actor) -> str:
    venue = await request.app[SERVICES].venues.first(by.org_id)
    return "UTC" if venue is None else venue.timezone


def _actor(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))
