"""The endpoints of tickets for their organiser: list, issue, show and cancel them."""

from dataclasses import asdict

from aiohttp import web

from hub.actions.orders.cancel_ticket import cancel_ticket as cancel
from hub.actions.tickets.issue import CHANNELS, TicketBatch, issue_tickets
from hub.actions.tickets.ticket_list import TicketFilter, list_tickets, read_ticket_record
from hub.rules.ticket_lifecycle import TicketStatus
from hub.text.contact_details import check_contact
from web.api.administration import actor_of, answer, is_dry_run
from web.api.tickets.admin_requests import CancelTicket, NewTickets
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import path_id, query_choice, query_int, query_limit, query_search, query_text

STATUSES = tuple(status.value for status in TicketStatus)


async def list_all(request: web.Request) -> web.Response:
    by = actor_of(request)
    wanted = TicketFilter(
        code=query_search(request, "code"), order=query_search(request, "order"),
        product_id=query_int(request, "product_id", 1, LARGEST_ID), status=query_choice(request, "status", STATUSES),
        channel=query_choice(request, "channel", CHANNELS),
    )  # fmt: skip
    page = await list_tickets(
        request.app[SERVICES], by, wanted, before=query_text(request, "before"), limit=query_limit(request)
    )
    return answer({"tickets": [asdict(one) for one in page.tickets], "next": page.next})


async def issue(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewTickets)
    email = check_contact(body.email, None).email if body.email else None
    batch = TicketBatch(body.count, body.status, body.channel, body.product_id, body.order_id, customer_email=email)
    issued = await issue_tickets(request.app[SERVICES], batch, org_id=by.org_id, by=by, dry_run=dry_run)
    return answer(issued, made=not dry_run)


async def show_one(request: web.Request) -> web.Response:
    by = actor_of(request)
    return answer(asdict(await read_ticket_record(request.app[SERVICES], by, path_id(request, "ticket_id"))))


async def cancel_one(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, CancelTicket)
    ticket = await cancel(request.app[SERVICES], by, path_id(request, "ticket_id"), body.reason, dry_run=dry_run)
    return answer(asdict(ticket))
