"""Import of tickets whose codes were made by another system. Repeating it changes nothing."""

import hashlib
from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.tickets.issue import ticket_valid_until
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.ticket_csv import TicketRow, read_ticket_file

IMPORTS = load("tickets/imports")
TICKETS = load("tickets/tickets")
AT_ONCE = 2_000


async def import_csv(
    services: Services, content: bytes, *, org_id: int | None = None, encoding: str | None = None, all_or_nothing: bool = False
) -> dict[str, Any]:  # fmt: skip
    """Add the tickets of a CSV file, and return a report on every line, with the columns that were not used.

    Existing codes are left as they are. With `all_or_nothing` one bad line or unused column stops the whole import. Refuses
    INVALID_REQUEST for a file that is not such a CSV, whose encoding is neither sure nor named, or if there are several
    organisations and none is named.
    """
    if org_id is None:
        org_id = await services.venues.only_organisation()
    if org_id is None:
        raise Refused(Reason.INVALID_REQUEST, message="Name the organisation: there is not just one")
    file = read_ticket_file(content, encoding)
    report: dict[str, Any] = {
        "encoding": file.encoding, "imported": 0, "unchanged": 0, "errors": file.errors, "unused_columns": file.unused,
        "products_created": [],
    }  # fmt: skip
    if all_or_nothing:
        file.errors[:0] = [
            {"line": 1, "field": None, "message": f"column not used: {header}"} for header in file.unused
        ]
    if file.errors and all_or_nothing:
        return report
    # A file without order numbers becomes one order. Its digest names the order, so that a repeat finds it again.
    own_order = f"import-{hashlib.sha256(content).hexdigest()[:16]}"
    async with services.database.transaction() as connection:
        products: dict[str | None, Any] = {}
        for start in range(0, len(file.rows), AT_ONCE):
            rows = file.rows[start : start + AT_ONCE]
            standing = {
                row["code"] for row in await connection.fetch(IMPORTS.standing_codes, org_id, [r.code for r in rows])
            }
            new = [row for row in rows if row.code not in standing]
            for name in dict.fromkeys(row.product for row in new):
                if name not in products:
                    products[name] = await _product(connection, org_id, name, report)
            added = await _add(
                services, connection, org_id, new, products, own_order=own_order, now=services.clock.now()
            )
            report["imported"] += added
            report["unchanged"] += len(rows) - added
        if report["imported"]:
            await record_change(
                connection, services, Actor(org_id), AuditAction.TICKETS_IMPORTED, own_order,
                after={"tickets": report["imported"], "unchanged": report["unchanged"], "refused": len(report["errors"])},
            )  # fmt: skip
    return report


async def _add(
    services: Services,
    connection: Any,
    org_id: int,
    rows: list[TicketRow],
    products: dict[str | None, Any],
    *,
    own_order: str,
    now: datetime,
) -> int:
    if not rows:
        return 0
    standing_of = {row.order or own_order: "PAID" for row in rows}
    standing_of |= {row.order or own_order: "PENDING_PAYMENT" for row in rows if row.status == "PENDING_PAYMENT"}
    found = await connection.fetch(
        IMPORTS.orders_by_reference, org_id, list(standing_of), list(standing_of.values()), now,
        [_address(rows, reference) for reference in standing_of],
    )  # fmt: skip
    orders = {row["reference"]: row["id"] for row in found}
    kinds = [products[row.product] for row in rows]
    until = {kind["id"]: await ticket_valid_until(services, org_id, kind, now) for kind in products.values()}
    added = await connection.fetch(
        IMPORTS.import_tickets,
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
        timeout=60,
    )
    return len(added)


def _address(rows: list[TicketRow], reference: str) -> str | None:
    """Return the e-mail address of an order: the one that all its rows share, or None if two differ.

    The address opens the whole order. Rows without an order number share only the file, so they get no address.
    """
    addresses = {row.email for row in rows if row.order == reference}
    return addresses.pop() if len(addresses) == 1 else None


async def _product(connection: Any, org_id: int, name: str | None, report: dict[str, Any]) -> Any:
    if name is None:
        product = await connection.fetchrow(TICKETS.default_product, org_id)
    else:
        product = await connection.fetchrow(IMPORTS.find_product, org_id, name)
    if product is None:
        product = await connection.fetchrow(TICKETS.add_product, org_id, None, name or "Admission", "immediate")
        report["products_created"].append(name or "Admission")
    return product
