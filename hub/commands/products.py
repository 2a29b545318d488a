"""`hub products`: kinds of tickets, by the same rules as the pages of administration."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import PAGE, document_of, organising, would

if TYPE_CHECKING:
    from hub.actions.tickets.products import Product

_FIELDS = (
    "name", "name_zh", "activation_mode", "venue_id", "valid_days", "valid_until", "note", "note_zh", "attention",
    "question", "question_zh", "sold_at_door",
)  # fmt: skip


async def list_all(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.tickets.products import list_products

        found: list[Product] = []
        before = None
        while True:
            page = await list_products(
                services, by, status="archived" if args.archived else "current", text=args.search or "",
                venue_id=args.venue, before=before, limit=PAGE,
            )  # fmt: skip
            found += page.products
            before = page.next
            if before is None:
                break
    text = [f"product {one.product_id}: {_said(one)}" for one in found]
    return CommandResult({"products": document_of(found)}, "\n".join(text) or "there is no product yet")


async def add(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.tickets.products import ProductFields, add_product

        product = await add_product(services, by, ProductFields(**_given(args)), dry_run=args.dry_run)
    return CommandResult(document_of(product), f"{would(args)}product {product.product_id}: {_said(product)}")


async def change(args: Namespace) -> CommandResult:
    changes = _given(args)
    if args.for_ever:
        changes |= {"valid_days": None, "valid_until": None}
    if args.every_venue:
        changes["venue_id"] = None
    if args.every_gate:
        changes["gate_ids"] = ()
    if not changes:
        raise CommandFailed("say what changes, e.g. --name")
    return await _change(args, changes)


async def archive(args: Namespace) -> CommandResult:
    return await _change(args, {"archived": not args.undo})


async def delete(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.tickets.products import delete_product

        await delete_product(services, by, args.product, version=args.version, dry_run=args.dry_run)
    document = {"product_id": args.product, "deleted": not args.dry_run}
    return CommandResult(document, f"{would(args)}product {args.product} deleted")


async def _change(args: Namespace, changes: dict[str, Any]) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.tickets.products import change_product

        product = await change_product(services, by, args.product, changes, version=args.version, dry_run=args.dry_run)
    return CommandResult(document_of(product), f"{would(args)}product {product.product_id}: {_said(product)}")


def _given(args: Namespace) -> dict[str, Any]:
    """Return the fields of a product among the arguments."""
    given = {name: getattr(args, name) for name in _FIELDS if getattr(args, name) is not None}
    return given if args.gate_ids is None else {**given, "gate_ids": tuple(args.gate_ids)}


def _said(product: Product) -> str:
    valid = f", {product.valid_days} days" if product.valid_days else ""
    valid = f", until {product.valid_until}" if product.valid_until else valid
    gates = f", gates {', '.join(gate.name for gate in product.gates)}" if product.gates else ""
    unsold = "" if product.sold_at_door else ", not sold at the gate"
    archived = " (archived)" if product.archived_at else ""
    return (
        f"{product.name} at {product.venue or 'every venue'}, {product.activation_mode}{valid}{gates}{unsold}{archived}"
    )
