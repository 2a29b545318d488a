"""Making an order: its tickets, its e-mail and its row of the log, all in one transaction and by a few statements."""

import secrets
from collections.abc import Mapping
from typing import Any

from db.statements import load
from hub.access.randomness import random_name
from hub.access.scope import refuse_elsewhere
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.orders.order_records import OrderRecord, order_record
from hub.actions.orders.order_request import (
    MOST_ITEMS,
    MOST_TICKETS,
    Customer,
    KeyedRequest,
    NewOrder,
    OrderItem,
    claim,
    name_order,
)
from hub.actions.tickets.issue import CHANNELS, ticket_valid_until
from hub.actions.webhooks.order_events import EventOrder, write_order_events
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.order_reference import LONGEST_REFERENCE, is_reference
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.rules.ticket_code import new_code
from hub.services import Services
from hub.text.contact_details import check_contact
from hub.text.languages import DEFAULT, LANGUAGES, N_

ORDERS = load("orders/orders")
LONGEST_NAME = 200


async def create_order(
    services: Services, by: Actor, wanted: NewOrder, *, key: str | None = None, dry_run: bool = False
) -> OrderRecord:
    """Make an order with its tickets, and return it. A repeat with the same `key` returns the order as it is now.

    Refuses INVALID_REQUEST and INVALID_CONTACT for wrong fields, ORDER_EXISTS for a reference that is taken, PRODUCT_ARCHIVED,
    FORBIDDEN for products of a venue outside of the scope of `by`, and IDEMPOTENCY_KEY_REUSED.
    """
    wanted = checked_order(wanted)
    request = None if key is None else KeyedRequest("create", key, wanted)
    turn = [] if request is None else [request.key_hash(by.org_id)]
    async with change(services, dry_run=dry_run, turn=turn) as connection:
        first = await claim(connection, services, by.org_id, request)
        if first is not None:
            return await order_record(connection, by, first)
        order_id = await add_order(connection, services, by, wanted)
        await name_order(connection, by.org_id, request, order_id)
        if wanted.mail:
            await queue_mail(connection, services, by, order_id, "order.confirmed" if wanted.paid else "order.placed")
        else:
            await connection.execute(ORDERS.leave_mails_to_shop, by.org_id, order_id)
        order = await order_record(connection, by, order_id)
    if not dry_run:
        log_new_order(order_id, wanted)
    return order


async def add_order(
    connection: Any, services: Services, by: Actor, wanted: NewOrder, *, about: Mapping[str, Any] | None = None, at_door: bool = False
) -> int:  # fmt: skip
    """Write a checked order with its tickets, its row of the log and its events, in the caller's transaction. Return its id.

    `about` adds fields to the row of the log. `at_door`: the tickets are used at once, and wait for no activation. Refuses INVALID_REQUEST then
    for a product that is not sold at the gates.
    """
    products = await _products(connection, by, wanted.items)
    if at_door:
        _refuse_unsold(products, wanted.items)
    order_id = await _add(connection, services, by, wanted)
    await _add_tickets(connection, services, wanted, products, org_id=by.org_id, order_id=order_id, usable=at_door)
    count, venue_id = wanted.count, _venue_of(products)
    await record_change(
        connection, services, by, AuditAction.ORDER_CREATED, order_id, venue_id=venue_id,
        after={"tickets": count, "status": "PAID" if wanted.paid else "PENDING_PAYMENT", **(about or {})},
    )  # fmt: skip
    for kind in ("order.created", "order.paid") if wanted.paid else ("order.created",):
        await write_order_event(connection, services, by, order_id, kind, tickets=count, venue_id=venue_id)
    return order_id


def log_new_order(order_id: int, wanted: NewOrder) -> None:
    """Write the line of the log about a new order, after the commit."""
    telemetry.event(telemetry.ORDER_CREATED, order_id=order_id, tickets=wanted.count, paid=wanted.paid)


async def write_order_event(
    connection: Any, services: Services, by: Actor, order_id: int, kind: str, *, tickets: int, venue_id: int | None
) -> None:
    """Write an event of an order for webhooks, in the caller's transaction."""
    order = EventOrder(order_id, tickets, venue_id)
    await write_order_events(connection, by.org_id, services.clock.now(), [(kind, order)])


async def queue_mail(connection: Any, services: Services, by: Actor, order_id: int, kind: str) -> None:
    """Add an e-mail to the customer to the outbox, if the order has an address."""
    venue = await services.venues.first(by.org_id)
    language = DEFAULT if venue is None else venue.language
    await connection.execute(ORDERS.queue_mail, by.org_id, order_id, kind, language, services.clock.now())


def checked_order(wanted: NewOrder) -> NewOrder:
    """Return the order as it is stored and compared. Refuses INVALID_REQUEST with every wrong field at once."""
    errors: dict[str, str] = {}
    name, reference = None, wanted.reference
    try:
        name = clean_line(wanted.customer.name or "", LONGEST_NAME) or None
    except ValueError as wrong:
        errors["customer.name"] = str(wrong)
    if reference is not None and not is_reference(reference):
        errors["reference"] = f"Give 1 to {LONGEST_REFERENCE} letters, digits, dots, colons, dashes and underscores"
    if not 1 <= len(wanted.items) <= MOST_ITEMS:
        errors["items"] = f"Give 1 to {MOST_ITEMS} products"
    elif not 1 <= wanted.count <= MOST_TICKETS or any(item.quantity < 1 for item in wanted.items):
        errors["items"] = f"An order has 1 to {MOST_TICKETS} tickets"
    if any(item.channel not in CHANNELS for item in wanted.items):
        errors["items"] = f"The channel is one of {', '.join(CHANNELS)}"
    if wanted.customer.language is not None and wanted.customer.language not in LANGUAGES:
        errors["customer.language"] = f"Give one of {', '.join(LANGUAGES)}"
    refuse_fields(errors)
    email = check_contact(wanted.customer.email, None).email if wanted.customer.email else None
    return NewOrder(wanted.items, Customer(name, email, wanted.customer.language), reference, wanted.paid, wanted.mail)


async def _products(connection: Any, by: Actor, items: tuple[OrderItem, ...]) -> dict[int, Any]:
    """Return the products of the items by id, kept from being deleted. Refuses those that are unknown, archived or elsewhere."""
    wanted = sorted({item.product_id for item in items})
    products = {row["id"]: row for row in await connection.fetch(ORDERS.products_of_order, by.org_id, wanted)}
    refuse_fields(
        {
            f"items.{n}.product_id": N_("There is no such product.")
            for n, item in enumerate(items)
            if item.product_id not in products
        }
    )
    for product in products.values():
        refuse_elsewhere(by, product["venue_id"])
        if product["archived_at"] is not None:
            raise Refused(Reason.PRODUCT_ARCHIVED)
    return products


def _refuse_unsold(products: Mapping[int, Any], items: tuple[OrderItem, ...]) -> None:
    refuse_fields(
        {
            f"items.{n}.product_id": N_("This product is not sold at the gate.")
            for n, item in enumerate(items)
            if not products[item.product_id]["sold_at_door"]
        }
    )


async def _add(connection: Any, services: Services, by: Actor, wanted: NewOrder) -> int:
    customer = wanted.customer
    order_id = await connection.fetchval(
        ORDERS.add_order, by.org_id, wanted.reference or f"VH-{random_name().upper()}",
        "PAID" if wanted.paid else "PENDING_PAYMENT", customer.name, customer.email, customer.language, by.api_key_id,
        services.clock.now(),
    )  # fmt: skip
    if order_id is None:
        raise Refused(Reason.ORDER_EXISTS)
    return int(order_id)


async def _add_tickets(
    connection: Any, services: Services, wanted: NewOrder, products: Mapping[int, Any], *, org_id: int, order_id: int, usable: bool
) -> None:  # fmt: skip
    """Add the tickets by one statement. A code that exists already, one in 10^16, is drawn again."""
    now = services.clock.now()
    until = {}
    for product in products.values():
        until[product["id"]] = last = await ticket_valid_until(services, org_id, product, now)
        if last is not None and last <= now:
            refuse_fields({"items": N_("The last day of this product is past")})
    left = [(item.product_id, item.channel) for item in wanted.items for _ in range(item.quantity)]
    while left:
        tickets = {new_code(now.year, secrets.randbelow): one for one in left}
        kinds = [products[product_id] for product_id, _ in tickets.values()]
        added = await connection.fetch(
            ORDERS.add_order_tickets, org_id, order_id, list(tickets), [kind["id"] for kind in kinds],
            [channel for _, channel in tickets.values()], [_status(wanted.paid, "immediate" if usable else kind["activation_mode"]) for kind in kinds],
            [kind["activation_mode"] for kind in kinds], wanted.customer.name, now, [until[kind["id"]] for kind in kinds],
        )  # fmt: skip
        stored = {row["code"] for row in added}
        left = [one for code, one in tickets.items() if code not in stored]


def _status(paid: bool, mode: str) -> str:
    """Return the status of a new ticket: what its payment leads to, by the product's mode, or that it waits for it."""
    if not paid:
        return "PENDING_PAYMENT"
    return "INACTIVE" if mode == "deferred" else "ACTIVATED"


def _venue_of(products: Mapping[int, Any]) -> int | None:
    """Return the venue of the products, or None if they are of several, or valid at every venue."""
    venues = {product["venue_id"] for product in products.values()}
    return venues.pop() if len(venues) == 1 else None
