"""Products: listed, added, changed, archived and deleted. What a product says at a gate reaches every scanner within seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from db.statements import load
from hub.access.scope import refuse_elsewhere
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields, refuse_other_version
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.product_validity import LONGEST_DAYS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.services import Services

PRODUCTS = load("tickets/products")
LONGEST_NAME = 100
LONGEST_LINE = 200
"""Characters of the line for the steward, and of the question."""
MOST_GATES = 200
MODES = ("immediate", "deferred")
STATUSES = ("current", "archived")
Status = Literal["current", "archived"]
_LINES = {
    "name": LONGEST_NAME, "name_zh": LONGEST_NAME, "note": LONGEST_LINE, "note_zh": LONGEST_LINE,
    "question": LONGEST_LINE, "question_zh": LONGEST_LINE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProductGate:
    """A gate that tickets of a product may enter by."""

    gate_id: int
    venue_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Product:
    """A product. `venue_id` None: for every venue; no `gates`: for every gate. `valid_until` is the last day of its tickets."""

    product_id: int
    venue_id: int | None
    venue: str | None
    name: str
    name_zh: str
    activation_mode: str
    valid_days: int | None
    valid_until: date | None
    gates: tuple[ProductGate, ...]
    note: str
    note_zh: str
    attention: bool
    question: str
    question_zh: str
    sold_at_door: bool
    has_tickets: bool
    archived_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page of products, newest first. `next` is the `before` of the following page; None at the end."""

    products: tuple[Product, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class ProductFields:
    """What an organiser decides about a product. A text stands where there is none in Chinese."""

    name: str = ""
    name_zh: str = ""
    activation_mode: str = "immediate"
    venue_id: int | None = None
    valid_days: int | None = None
    valid_until: date | None = None
    gate_ids: tuple[int, ...] = ()
    note: str = ""
    note_zh: str = ""
    attention: bool = False
    question: str = ""
    question_zh: str = ""
    sold_at_door: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """The venues and gates that a product may name. A gate is a row with `gate_id`, `venue_id`, `venue`, `name` and `is_retired`."""

    venues: Sequence[Mapping[str, Any]]
    gates: Sequence[Mapping[str, Any]]


async def list_products(
    services: Services, by: Actor, *, status: Status = "current", text: str = "", venue_id: int | None = None,
    before: int | None = None, limit: int = 50,
) -> ProductPage:  # fmt: skip
    """Return the products whose name in either language has `text` in it, of every venue or of one."""
    rows = await services.database.fetch(
        PRODUCTS.list_products, by.org_id, before or BEYOND, status == "archived", _pattern(text), venue_id, limit + 1
    )
    products = tuple(_product(row) for row in rows[:limit])
    return ProductPage(products, products[-1].product_id if len(rows) > limit else None)


async def read_product(services: Services, by: Actor, product_id: int) -> Product:
    """Return one product. Refuses PRODUCT_NOT_FOUND."""
    return await _read(services.database, by, product_id)


async def product_choices(services: Services, org_id: int) -> Choices:
    """Return what the form of a product offers."""
    venues = await services.database.fetch(PRODUCTS.venues_to_choose, org_id)
    return Choices(venues, await services.database.fetch(PRODUCTS.gates_to_choose, org_id, None))


async def add_product(services: Services, by: Actor, draft: ProductFields, *, dry_run: bool = False) -> Product:
    """Add a product. Refuses INVALID_REQUEST with every wrong field, NOT_FOUND for an unknown venue, and FORBIDDEN for one outside
    of the scope.
    """
    fields = _check(draft)
    refuse_elsewhere(by, fields.venue_id)
    async with change(services, dry_run=dry_run) as connection:
        product_id = await connection.fetchval(
            PRODUCTS.add_product, by.org_id, fields.venue_id, fields.name, fields.name_zh, fields.activation_mode,
            fields.valid_days, fields.valid_until, fields.note, fields.note_zh, fields.attention, fields.question,
            fields.question_zh, fields.sold_at_door, services.clock.now(),
        )  # fmt: skip
        if product_id is None:
            raise Refused(Reason.NOT_FOUND)
        await _set_gates(connection, by, product_id, fields)
        product = await _read(connection, by, product_id)
        await record_change(
            connection, services, by, AuditAction.PRODUCT_ADDED, product_id, venue_id=product.venue_id,
            after=_recorded(product),
        )  # fmt: skip
    if not dry_run:
        _publish(services, by, product_id, "added")
    return product


async def change_product(
    services: Services, by: Actor, product_id: int, changes: Mapping[str, Any], *, version: int | None = None,
    dry_run: bool = False,
) -> Product:  # fmt: skip
    """Change the named fields of `ProductFields`, and `archived`. Tickets that were issued keep their validity and mode.

    Refuses PRODUCT_NOT_FOUND, VERSION_MISMATCH, NOT_FOUND for an unknown venue, FORBIDDEN outside of the scope, and INVALID_REQUEST.
    """
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(PRODUCTS.lock_product, by.org_id, product_id)
        if row is None:
            raise Refused(Reason.PRODUCT_NOT_FOUND)
        refuse_other_version(row, version)
        was = await _read(connection, by, product_id)
        refuse_elsewhere(by, was.venue_id)
        fields = _check(_changed(was, changes))
        refuse_elsewhere(by, fields.venue_id)
        if fields.venue_id is not None:
            await services.venues.read(by.org_id, fields.venue_id)
        await connection.execute(
            PRODUCTS.change_product, by.org_id, product_id, fields.venue_id, fields.name, fields.name_zh,
            fields.activation_mode, fields.valid_days, fields.valid_until, fields.note, fields.note_zh, fields.attention,
            fields.question, fields.question_zh, fields.sold_at_door, changes.get("archived", was.archived_at is not None),
            services.clock.now(),
        )  # fmt: skip
        await _set_gates(connection, by, product_id, fields)
        product = await _read(connection, by, product_id)
        await record_change(
            connection, services, by, AuditAction.PRODUCT_CHANGED, product_id, venue_id=product.venue_id,
            before=_recorded(was), after=_recorded(product),
        )  # fmt: skip
    if not dry_run:
        _publish(services, by, product_id, "changed")
    return product


async def delete_product(
    services: Services, by: Actor, product_id: int, *, version: int | None = None, dry_run: bool = False
) -> None:
    """Delete a product that has no ticket. Refuses PRODUCT_NOT_FOUND, FORBIDDEN, VERSION_MISMATCH, and PRODUCT_IN_USE."""
    async with change(services, dry_run=dry_run) as connection:
        row = await connection.fetchrow(PRODUCTS.lock_product_to_delete, by.org_id, product_id)
        if row is None:
            raise Refused(Reason.PRODUCT_NOT_FOUND)
        refuse_other_version(row, version)
        was = await _read(connection, by, product_id)
        refuse_elsewhere(by, was.venue_id)
        if await connection.fetchval(PRODUCTS.delete_product, by.org_id, product_id) is None:
            raise Refused(Reason.PRODUCT_IN_USE)
        await record_change(
            connection,
            services,
            by,
            AuditAction.PRODUCT_DELETED,
            product_id,
            venue_id=was.venue_id,
            before=_recorded(was),
        )
    if not dry_run:
        _publish(services, by, product_id, "deleted")


def _publish(services: Services, by: Actor, product_id: int, changed: str) -> None:
    """After the commit: this process reads the products again at once, the others within seconds."""
    services.products.forget()
    telemetry.event(telemetry.PRODUCT_CHANGED, change=changed, product_id=product_id, staff_id=by.staff_id)


def _changed(was: Product, changes: Mapping[str, Any]) -> ProductFields:
    """Return the fields of a product after these changes. A validity of one kind replaces that of the other."""
    kept = {name: getattr(was, name) for name in ProductFields.__slots__ if name != "gate_ids"}
    kept["gate_ids"] = tuple(gate.gate_id for gate in was.gates)
    for one, other in (("valid_days", "valid_until"), ("valid_until", "valid_days")):
        if changes.get(one) is not None and other not in changes:
            kept[other] = None
    return ProductFields(**{**kept, **{name: value for name, value in changes.items() if name in kept}})


def _check(fields: ProductFields) -> ProductFields:
    """Return the fields as they are stored. Refuses INVALID_REQUEST with every wrong one."""
    errors: dict[str, str] = {}
    lines: dict[str, str] = {}
    for name, longest in _LINES.items():
        try:
            lines[name] = clean_line(getattr(fields, name), longest, required=name == "name")
        except ValueError as wrong:
            errors[name] = str(wrong)
    if fields.activation_mode not in MODES:
        errors["activation_mode"] = "Choose one of these"
    if fields.valid_days is not None and not 1 <= fields.valid_days <= LONGEST_DAYS:
        errors["valid_days"] = f"Give 1 to {LONGEST_DAYS} days"
    if fields.valid_days is not None and fields.valid_until is not None:
        errors["valid_until"] = "Give either a number of days or a last day"
    if len(fields.gate_ids) > MOST_GATES:
        errors["gate_ids"] = f"Choose at most {MOST_GATES} gates"
    refuse_fields(errors)
    return ProductFields(
        **lines, activation_mode=fields.activation_mode, venue_id=fields.venue_id, valid_days=fields.valid_days,
        valid_until=fields.valid_until, gate_ids=tuple(dict.fromkeys(fields.gate_ids)), attention=fields.attention,
        sold_at_door=fields.sold_at_door,
    )  # fmt: skip


async def _set_gates(connection: Any, by: Actor, product_id: int, fields: ProductFields) -> None:
    """Store the gates. Refuses INVALID_REQUEST for one that the product's venue does not have."""
    if fields.gate_ids:
        rows = await connection.fetch(PRODUCTS.gates_to_choose, by.org_id, fields.venue_id)
        if not set(fields.gate_ids) <= {row["gate_id"] for row in rows}:
            refuse_fields({"gate_ids": "The venue of this product has no such gate"})
    await connection.execute(PRODUCTS.set_gates, by.org_id, product_id, list(fields.gate_ids))


def _pattern(text: str) -> str | None:
    text = text.strip()
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") or None


async def _read(database: Any, by: Actor, product_id: int) -> Product:
    row = await database.fetchrow(PRODUCTS.read_product, by.org_id, product_id)
    if row is None:
        raise Refused(Reason.PRODUCT_NOT_FOUND)
    return _product(row)


def _product(row: Any) -> Product:
    gates = zip(row["gate_ids"] or (), row["gate_venue_ids"] or (), row["gate_names"] or (), strict=True)
    fields = {name: row[name] for name in Product.__slots__ if name != "gates"}
    return Product(**fields, gates=tuple(ProductGate(*gate) for gate in gates))


def _recorded(product: Product) -> dict[str, Any]:
    """Return what the audit log keeps of a product."""
    fields = {name: getattr(product, name) for name in ProductFields.__slots__ if name != "gate_ids"}
    gates = [gate.name for gate in product.gates]
    return {**fields, "gates": gates, "archived": product.archived_at is not None}
