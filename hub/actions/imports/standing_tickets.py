"""What is in already: the tickets that have the codes of a batch, and the products that its lines name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.statements import load
from hub.access.scope import is_elsewhere
from hub.actions.audit.actor import Actor
from hub.rules.import_plan import StandingTicket

TICKETS = load("imports/tickets")
PRODUCTS = load("tickets/tickets")


async def read_standing(connection: Any, by: Actor, codes: list[str], reason: str) -> dict[str, StandingTicket]:
    """Return the tickets of the organisation by code. `reason` is the one with which this import cancels tickets."""
    return {
        row["code"]: StandingTicket(
            row["id"], row["code"], row["status"], row["channel"], row["name"], row["email"], row["phone"], row["product_id"],
            row["order_reference"], is_elsewhere(by, row["venue_id"]), row["cancel_reason"] == reason, row["product"],
        )
        for row in await connection.fetch(TICKETS.standing_tickets, by.org_id, codes)
    }  # fmt: skip


async def read_products(connection: Any, org_id: int, names: Iterable[str | None]) -> dict[str | None, Any]:
    """Return the products by the name or number that lines give; None stands for lines without one."""
    products: dict[str | None, Any] = {}
    wanted = {name for name in names if name is not None}
    if wanted:
        for row in await connection.fetch(TICKETS.products_named, org_id, list(wanted)):
            for name in (row["name"], str(row["id"])):
                if name in wanted:
                    products.setdefault(name, row)
    if None in set(names):
        default = await connection.fetchrow(PRODUCTS.default_product, org_id)
        if default is not None:
            products[None] = default
    return products
