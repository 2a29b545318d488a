"""`hub tickets`: issue tickets, list them, cancel one."""

from __future__ import annotations

from argparse import Namespace

from hub.commands.command_result import CommandFailed, CommandResult, counted
from hub.commands.command_services import open_command_services
from hub.commands.shows import PAGE, document_of, organising, would

_ANY_PHONE = "+12025550123"
"""A valid phone number to pass to the contact check, which wants both, when only an address is given."""


async def issue(args: Namespace) -> CommandResult:
    async with open_command_services() as services:
        from hub.actions.tickets.issue import TicketBatch, issue_tickets
        from hub.text.contact_details import check_contact

        email = check_contact(args.email, _ANY_PHONE).email if args.email else None
        batch = TicketBatch(args.count, args.status, args.channel, args.product, args.order, customer_email=email)
        issued = await issue_tickets(services, batch)
    codes = [ticket["ticket_code"] for ticket in issued["tickets"]]
    return CommandResult(
        issued, "\n".join([f"order {issued['order_id']}: {counted(issued['count'], 'ticket')}", *codes])
    )


async def list_all(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.tickets.ticket_list import TicketFilter, TicketRecord, list_tickets

        wanted = TicketFilter(args.code or "", args.order or "", args.product, args.status, args.channel)
        found: list[TicketRecord] = []
        before = None
        while len(found) < args.limit:
            page = await list_tickets(services, by, wanted, before=before, limit=min(PAGE, args.limit - len(found)))
            found += page.tickets
            before = page.next
            if before is None:
                break
    text = [
        f"{one.ticket_code} {one.status} {one.product}, order {one.order_reference or one.order_id}" for one in found
    ]
    return CommandResult({"tickets": document_of(found)}, "\n".join(text) or "no ticket matches")


async def cancel(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.orders.cancel_ticket import cancel_ticket
        from hub.actions.tickets.ticket_list import TicketFilter, list_tickets

        found = (await list_tickets(services, by, TicketFilter(code=args.ticket))).tickets
        if not found:
            raise CommandFailed(f"no ticket {args.ticket}")
        ticket = await cancel_ticket(services, by, found[0].ticket_id, args.reason, dry_run=args.dry_run)
    return CommandResult(document_of(ticket), f"{would(args)}ticket {ticket.ticket_code} is {ticket.status}")
