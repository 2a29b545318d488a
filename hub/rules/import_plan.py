"""The plan of an import: what one line of a file does to the ticket that has its code. Pure: facts in, a decision out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hub.rules.ticket_lifecycle import Action, may
from hub.rules.ticket_lines import FIELDS, TicketRow

Kind = Literal["add", "same", "change", "cancel", "refuse"]
_UNUSED = ("PENDING_PAYMENT", "INACTIVE", "ACTIVATED")
"""The statuses in which a ticket may still become one of another product or channel."""
BOOKED = "The ticket has been booked or used, so this stays as it is"


@dataclass(frozen=True, slots=True)
class StandingTicket:
    """A ticket that has the code of a line. `cancelled_here`: this very import has cancelled it."""

    id: int
    code: str
    status: str
    channel: str
    name: str | None
    email: str | None
    phone: str | None
    product_id: int | None
    order: str | None
    is_elsewhere: bool
    cancelled_here: bool = False
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of a line. `changes` has (before, after) by field; `errors` has (field, message)."""

    kind: Kind
    changes: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    errors: tuple[tuple[str | None, str], ...] = ()


def plan_line(row: TicketRow, standing: StandingTicket | None, product_id: int | None) -> Planned:
    """Return what a line does. `product_id` is that of its product; None if it is still to be made.

    Only what the line gives is compared, so that an empty cell never erases what is stored.
    """
    if standing is None:
        return Planned("add")
    if standing.channel in ("booking", "guest"):
        return _refuse("code", "This is the code of a booking or a guest")
    if standing.is_elsewhere:
        return _refuse("code", "This ticket stands at a venue that you may not change")
    if "status" in row.given and row.status == "CANCELLED":
        if standing.status == "CANCELLED":
            return Planned("cancel" if standing.cancelled_here else "same")
        changes: dict[str, tuple[str | None, str | None]] = {"status": (standing.status, "CANCELLED")}
        return Planned("cancel", changes) if may(standing.status, Action.CANCEL) else Planned("same")
    if standing.status == "CANCELLED":
        return _refuse("status", "The ticket is cancelled here, and an import does not bring it back")
    return _compare(row, standing, product_id)


def fields_after(row: TicketRow, standing: StandingTicket | None, planned: Planned) -> dict[str, str | None]:
    """Return the fields of a ticket as they are once its line is stored. Of a line that is refused they are what it says.

    A ticket that is in keeps what the plan does not change: a line that cancels it, for example, gives it no other name.
    """
    of = row if standing is None or planned.kind == "refuse" else standing
    return {name: planned.changes[name][1] if name in planned.changes else getattr(of, name) for name in FIELDS}


def _compare(row: TicketRow, standing: StandingTicket, product_id: int | None) -> Planned:
    errors: list[tuple[str | None, str]] = []
    changes: dict[str, tuple[str | None, str | None]] = {}
    if "order" in row.given and row.order != standing.order:
        errors.append(("order", "This ticket belongs to another order"))
    for name in ("product", "channel"):
        if name in row.given and (
            product_id != standing.product_id if name == "product" else row.channel != standing.channel
        ):
            if standing.status in _UNUSED:
                before = standing.product if name == "product" else standing.channel
                changes[name] = (before, row.product if name == "product" else row.channel)
            else:
                errors.append((name, BOOKED))
    if "status" in row.given:
        _compare_status(row.status, standing.status, changes, errors)
    for name, new, old in (
        ("name", row.name, standing.name),
        ("email", row.email, standing.email),
        ("phone", row.phone, standing.phone),
    ):
        if name in row.given and new != old:
            changes[name] = (old, new)
    if errors:
        return Planned("refuse", errors=tuple(errors))
    return Planned("change", changes) if changes else Planned("same")


def _compare_status(
    wanted: str, stored: str, changes: dict[str, tuple[str | None, str | None]], errors: list[tuple[str | None, str]]
) -> None:
    """A file may pay or activate a ticket. What happened after that, here or at the gate, is not undone."""
    if wanted == "PENDING_PAYMENT" and stored != "PENDING_PAYMENT":
        errors.append(("status", "The ticket is paid here, so it does not wait for payment again"))
    elif (wanted == "ACTIVATED" and stored in ("PENDING_PAYMENT", "INACTIVE")) or (
        wanted == "INACTIVE" and stored == "PENDING_PAYMENT"
    ):
        changes["status"] = (stored, wanted)


def _refuse(name: str, message: str) -> Planned:
    return Planned("refuse", errors=((name, message),))
