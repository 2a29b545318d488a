"""One batch of lines: planned against the tickets that are in, and for a run stored in the same transaction as its counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.scope import is_elsewhere
from hub.actions.audit.actor import Actor
from hub.actions.imports.standing_tickets import read_products, read_standing
from hub.actions.orders.paid_orders import mark_paid
from hub.actions.tickets.issue import ticket_valid_until
from hub.actions.webhooks.order_events import EventOrder, events_of_new, write_order_events
from hub.rules.import_plan import Planned, plan_line
from hub.rules.ticket_lines import LineError, TicketRow
from hub.services import Services

TICKETS = load("imports/tickets")
PRODUCTS = load("tickets/tickets")
WITHOUT_NAME = "Admission"
"""The product that is made where neither the file nor the organisation has one."""


@dataclass(slots=True)
class PlannedBatch:
    """What becomes of the lines of a batch. `lines` has what is kept of them for the lists of errors and changes."""

    plans: list[tuple[TicketRow, Planned]] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    new_products: list[str] = field(default_factory=list)
    products: dict[str | None, Any] = field(default_factory=dict)
    standing: dict[str, Any] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def product_name(self, said: str | None) -> str:
        """Return the name of the product that a line names, by name or number, or of the one for lines without."""
        product = self.products.get(said)
        return (said or WITHOUT_NAME) if product is None else str(product["name"])


async def plan_batch(
    connection: Any, by: Actor, rows: list[TicketRow], errors: list[LineError], *, reason: str
) -> PlannedBatch:
    """Plan every line. `reason` is the one with which this import cancels tickets."""
    batch = PlannedBatch(errors=list(errors))
    batch.products = await read_products(connection, by.org_id, {row.product for row in rows})
    batch.standing = await read_standing(connection, by, [row.code for row in rows], reason)
    for row in rows:
        product = batch.products.get(row.product)
        planned = plan_line(row, batch.standing.get(row.code), None if product is None else product["id"])
        wrong = _wrong_product(by, planned, product)
        if wrong is not None:
            planned = Planned("refuse", errors=(wrong,))
        elif product is None and (planned.kind == "add" or "product" in planned.changes):
            batch.new_products.append(row.product or WITHOUT_NAME)
        if planned.kind == "refuse":
            batch.errors += [LineError(row.line, name, message) for name, message in planned.errors]
        batch.plans.append((row, planned))
        batch.counts[planned.kind] += 1
    batch.new_products = sorted(set(batch.new_products))
    batch.counts["refuse"] += len({one.line for one in errors})
    return batch


def _wrong_product(by: Actor, planned: Planned, product: Any) -> tuple[str, str] | None:
    if planned.kind != "add" and "product" not in planned.changes:
        return None
    if product is None:
        return ("product", "there is no such product, and you may not make one") if by.venue_ids else None
    if is_elsewhere(by, product["venue_id"]):
        return "product", "this product belongs to a venue that you may not change"
    return None


def kept_lines(batch: PlannedBatch) -> list[tuple[int, str, str, str, str | None, str | None, str | None]]:
    """Return what is kept of a batch: line, kind, field, message, code, before, after."""
    kept: list[tuple[int, str, str, str, str | None, str | None, str | None]] = [
        (one.line, "error", one.field or "", one.message, None, None, None) for one in batch.errors
    ]
    for row, planned in batch.plans:
        if planned.kind in ("change", "cancel"):
            kept += [
                (row.line, planned.kind, name, "", row.code, before, after)
                for name, (before, after) in planned.changes.items()
            ]
    return kept


async def store_batch(
    services: Services, connection: Any, by: Actor, batch: PlannedBatch, *, own_order: str, now: datetime
) -> list[str]:
    """Add the new tickets of a planned batch and change the others. Return the codes of tickets that changed."""
    for name in batch.new_products:
        # Nobody at a gate sells it until an administrator says so: a file says nothing about what is sold there.
        made = await connection.fetchrow(PRODUCTS.add_product, by.org_id, None, name, "immediate", False)
        batch.products[name] = made
        if None not in batch.products and name == WITHOUT_NAME:
            batch.products[None] = made
    until = {
        product["id"]: await ticket_valid_until(services, by.org_id, product, now)
        for product in batch.products.values()
    }
    await _add(connection, by.org_id, batch, until, own_order=own_order, now=now)
    return await _change(connection, by.org_id, batch, until, now=now)


async def _add(
    connection: Any,
    org_id: int,
    batch: PlannedBatch,
    until: dict[int, datetime | None],
    *,
    own_order: str,
    now: datetime,
) -> None:
    rows = [row for row, planned in batch.plans if planned.kind == "add"]
    if not rows:
        return
    standing_of = {row.order or own_order: "PAID" for row in rows}
    standing_of |= {row.order or own_order: "PENDING_PAYMENT" for row in rows if row.status == "PENDING_PAYMENT"}
    found = await connection.fetch(
        TICKETS.orders_by_reference, org_id, list(standing_of), list(standing_of.values()), now,
        [_address(rows, reference) for reference in standing_of],
    )  # fmt: skip
    orders = {row["reference"]: row["id"] for row in found}
    kinds = [batch.products[row.product] for row in rows]
    added = await connection.fetch(
        TICKETS.import_tickets,
        org_id,
        [row.code for row in rows],
        [orders[row.order or own_order] for row in rows],
        [kind["id"] for kind in kinds],
        [row.channel for row in rows],
        [row.status for row in rows],
        [
            "deferred" if row.status == "INACTIVE" else kind["activation_mode"]
            for row, kind in zip(rows, kinds, strict=True)
        ],
        [row.name for row in rows],
        [row.email for row in rows],
        [row.phone for row in rows],
        [until[kind["id"]] for kind in kinds],
        now,
    )
    stored = {row["code"] for row in added}
    venues: dict[str, list[int | None]] = {reference: [] for reference in standing_of}
    for row, kind in zip(rows, kinds, strict=True):
        if row.code in stored:
            venues[row.order or own_order].append(kind["venue_id"])
    made = [(row["id"], row["reference"]) for row in found if row["made"]]
    await write_order_events(connection, org_id, now, _events_of_made(made, venues, standing_of))


def _events_of_made(
    made: list[tuple[int, str]], venues: dict[str, list[int | None]], standing_of: dict[str, str]
) -> list[tuple[str, EventOrder]]:
    """Return the events of the orders that a batch made. `venues` has that of each of their tickets."""
    events: list[tuple[str, EventOrder]] = []
    for order_id, reference in made:
        of_tickets = venues[reference]
        venue_id = of_tickets[0] if len(set(of_tickets)) == 1 else None
        new = EventOrder(order_id, len(of_tickets), venue_id)
        events += events_of_new(new, paid=standing_of[reference] == "PAID")
    return events


def _address(rows: list[TicketRow], reference: str) -> str | None:
    """Return the e-mail address of an order: the one that all its rows share, or None if two differ.

    The address opens the whole order. Rows without an order number share only the file, so they get no address.
    """
    addresses = {row.email for row in rows if row.order == reference}
    return addresses.pop() if len(addresses) == 1 else None


async def _change(
    connection: Any, org_id: int, batch: PlannedBatch, until: dict[int, datetime | None], *, now: datetime
) -> list[str]:
    changes = [(row, planned.changes) for row, planned in batch.plans if planned.kind == "change"]
    if not changes:
        return []

    def after(name: str) -> list[str | None]:
        return [fields[name][1] if name in fields else None for _, fields in changes]

    products = [batch.products[row.product]["id"] if "product" in fields else None for row, fields in changes]
    ids = [batch.standing[row.code].id for row, _ in changes]
    changed = await connection.fetch(
        TICKETS.change_tickets, org_id, ids, after("name"), after("email"), after("phone"), after("status"), after("channel"),
        products, now, [None if product is None else until[product] for product in products],
    )  # fmt: skip
    paid = [ticket for ticket, (_, fields) in zip(ids, changes, strict=True) if "status" in fields]
    if paid:
        orders = await connection.fetch(TICKETS.orders_paid_up, org_id, paid)
        await mark_paid(connection, org_id, [row["id"] for row in orders], now)
    return [row["code"] for row in changed]
