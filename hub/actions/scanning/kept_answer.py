"""The kept answer: the first answer to a scan, as text that the log keeps. A repeated `scan_id` gets it whole, whatever has happened since.

The text holds what the columns of the log do not: under 300 characters for most scans, made in 2 microseconds. It holds nothing about the
visitor, whose contact details are those stored now and may have been erased.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import orjson

from hub.rules.decisions import Decision, Presence
from hub.rules.entry_decision import FirstEntry, ReservationFacts, Result, TicketFacts, Verdict
from hub.rules.parties import Party
from hub.rules.product_at_gate import ProductAtGate
from hub.rules.reasons import Reason

_DAY = ReservationFacts._fields.index("date")
_MOMENTS = slice(ReservationFacts._fields.index("starts_at"), ReservationFacts._fields.index("ends_at") + 1)
_TIMES = slice(_DAY + 1, _MOMENTS.start)


def as_text(decision: Decision, *, code: str | None = None) -> str:
    """Return the parts of an answer that the log has no column for. Whatever is absent is left out.

    `code` is the scanned one, if the log has the scan under another: a scan of a party may admit others than the scanned ticket.
    """
    verdict, reservation, entry, party = decision.verdict, decision.reservation, decision.first_entry, decision.party
    kept: dict[str, Any] = {"verdict": (verdict.can_verify, verdict.message, verdict.detail, verdict.days_from_now)}
    if decision.status is not None:
        kept["status"] = decision.status
    if reservation is not None:
        kept["reservation"] = [*reservation]
    if entry is not None:
        kept["verified"] = [*entry]
    if decision.presence is not None:
        kept["presence"] = [*decision.presence]
    if decision.people != 1:
        kept["people"] = decision.people
    if party is not None:
        kept["party"] = [*party]
    if decision.product is not None:
        kept["product"] = decision.product.as_listed()
    if code is not None:
        kept["code"] = code
    return orjson.dumps(kept).decode()


def from_text(
    text: str, result: Result, reason: Reason, ticket: TicketFacts | None, *, scan_id: UUID, today: date, entered: bool
) -> Decision:
    """Return the answer that `as_text` kept. `ticket` is the scanned ticket as it is now, whose contact details count."""
    kept = orjson.loads(text)
    status, product = kept.get("status"), kept.get("product")
    return Decision(
        Verdict(result, reason, *kept["verdict"]),
        None if status is None else ticket,
        status,
        _reservation(kept["reservation"]) if "reservation" in kept else None,
        _entry(kept["verified"]) if "verified" in kept else None,
        today,
        scan_id,
        entered,
        True,
        _presence(kept["presence"]) if "presence" in kept else None,
        kept.get("people", 1),
        Party(*kept["party"]) if "party" in kept else None,
        None if product is None else ProductAtGate(**{**product, "gates": _gates(product["gates"])}),
    )


def other_code(text: str) -> str | None:
    """Return the scanned code, if the log has the scan under another."""
    code: str | None = orjson.loads(text).get("code")
    return code


def _reservation(values: list[Any]) -> ReservationFacts:
    values[_DAY] = date.fromisoformat(values[_DAY])
    values[_TIMES] = map(time.fromisoformat, values[_TIMES])
    values[_MOMENTS] = map(datetime.fromisoformat, values[_MOMENTS])
    return ReservationFacts._make(values)


def _entry(values: Sequence[Any]) -> FirstEntry:
    verified_at, *rest = values
    return FirstEntry(datetime.fromisoformat(verified_at), *rest)


def _presence(values: Sequence[Any]) -> Presence:
    since, left_at, *rest = values
    return Presence(since and datetime.fromisoformat(since), left_at and datetime.fromisoformat(left_at), *rest)


def _gates(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)
