"""`hub orders`: orders listed, shown, made, paid, sent again, cancelled and refunded in part, by the same rules as the API of shops."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import PAGE, document_of, organising, would

if TYPE_CHECKING:
    from hub.actions.audit.actor import Actor
    from hub.actions.orders.order_records import OrderLine, OrderRecord
    from hub.services import Services


async def list_all(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.orders.order_records import list_orders

        found: list[OrderLine] = []
        before = None
        while len(found) < args.limit:
            page = await list_orders(
                services, by, text=args.search or "", status=args.status, before=before, limit=min(PAGE, args.limit - len(found))
            )  # fmt: skip
            found += page.orders
            before = page.next
            if before is None:
                break
    text = [f"order {one.reference or one.order_id}: {one.status}, {one.tickets} tickets" for one in found]
    return CommandResult({"orders": document_of(found)}, "\n".join(text) or "no order matches")


async def show(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.orders.order_records import read_order

        order = await read_order(services, by, await _named(services, by, args.order))
    return _said(args, order, *(f"{one.ticket_code} {one.status} {one.product}" for one in order.tickets))


async def add(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.orders.create_order import create_order
        from hub.actions.orders.order_request import Customer, NewOrder, OrderItem

        items = tuple(OrderItem(product, quantity, args.channel) for product, quantity in args.items)
        customer = Customer(args.name, args.email, args.language)
        wanted = NewOrder(items, customer, args.reference, args.paid, not args.no_mail)
        order = await create_order(services, by, wanted, key=args.key, dry_run=args.dry_run)
    return _said(args, order, *(f"{one.ticket_code} {one.status} {one.product}" for one in order.tickets))


async def pay(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.orders.pay_order import pay_order

        order_id = await _named(services, by, args.order)
        order = await pay_order(services, by, order_id, mail=not args.no_mail, dry_run=args.dry_run)
    return _said(args, order)


async def resend(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.orders.send_again import send_order_again

        order = await send_order_again(services, by, await _named(services, by, args.order))
    return CommandResult(document_of(order), f"order {order.named} is on its way to {order.customer_email} again")


async def cancel(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.orders.cancel_order import Cancellation, cancel_order

        codes = tuple(args.tickets or ())
        order_id = await _named(services, by, args.order)
        wanted = Cancellation(args.reason, ticket_codes=codes)
        order = await cancel_order(services, by, order_id, wanted, dry_run=args.dry_run)
    return _said(args, order)


async def _named(services: Services, by: Actor, named: str) -> int:
    """Return the order with this reference or, if there is none, with this number."""
    from hub.actions.orders.order_records import list_orders

    found = [
        one
        for one in (await list_orders(services, by, text=named)).orders
        if named in (one.reference, str(one.order_id))
    ]
    if not found:
        raise CommandFailed(f"no order {named}")
    return min(found, key=lambda one: one.reference != named).order_id


def _said(args: Namespace, order: OrderRecord, *lines: str) -> CommandResult:
    said = f"{would(args)}order {order.named} is {order.status}, with {len(order.tickets)} tickets"
    return CommandResult(document_of(order), "\n".join([said, *lines]))
