"""The kept answer: the first answer to a scan, as text that the log keeps. A repeated `scan_id` gets it whole, whatever has happened since.

The text is a JSON list of what the columns of the log do not hold: under 230 characters for most scans, because every scan pays for it in the
log and its backups. It holds nothing about the visitor, whose contact details are those stored now and may have been erased.
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
_SELDOM = ReservationFacts._fields.index("check_in_opens_minutes")
_USUAL = tuple(ReservationFacts._field_defaults.values())
"""The last fields of a ticket that was booked alone. They are left out."""
_PARTS = ("verdict", "status", "reservation", "verified", "presence", "people", "party", "product", "code")


def as_text(decision: Decision, *, code: str | None = None) -> str:
    """Return the parts of an answer that the log has no column for. What is absent at the end is left out.

    `code` is the scanned one, if the log has the scan under another: a scan of a party may admit others than the scanned ticket.
    """
    verdict, reservation, entry, party = decision.verdict, decision.reservation, decision.first_entry, decision.party
    booked: Sequence[Any] | None = None
    if reservation is not None:
        booked = reservation[:_SELDOM] if reservation[_SELDOM:] == _USUAL else [*reservation]
    words = (verdict.can_verify, verdict.message, verdict.detail, verdict.days_from_now)
    kept: list[Any] = [words, decision.status, booked, None if entry is None else [*entry]]
    if (
        decision.presence is not None
        or decision.people != 1
        or party is not None
        or decision.product is not None
        or code
    ):
        kept += (
            None if decision.presence is None else [*decision.presence],
            decision.people,
            None if party is None else [*party],
            None if decision.product is None else decision.product.as_listed(),
            code,
        )
    return orjson.dumps(kept, option=orjson.OPT_UTC_Z).decode()


def from_text(
    text: str, result: Result, reason: Reason, ticket: TicketFacts | None, *, scan_id: UUID, today: date, entered: bool
) -> Decision:
    """Return the answer that `as_text` kept. `ticket` is the scanned ticket as it is now, whose contact details count."""
    words, status, booked, entry, presence, people, party, product, _ = _parts(text)
    return Decision(
        Verdict(result, reason, *words),
        None if status is None else ticket,
        status,
        None if booked is None else _reservation(booked),
        None if entry is None else _entry(entry),
        today,
        scan_id,
        entered,
        True,
        None if presence is None else _presence(presence),
        1 if people is None else people,
        None if party is None else Party(*party),
        None if product is None else ProductAtGate(**{**product, "gates": _gates(product["gates"])}),
    )


def other_code(text: str) -> str | None:
    """Return the scanned code, if the log has the scan under another."""
    code: str | None = _parts(text)[-1]
    return code


def _parts(text: str) -> list[Any]:
    """Return the kept parts in the order of `_PARTS`, None for those that are absent."""
    kept = orjson.loads(text)
    if isinstance(kept, dict):  # as answers were kept until 29 November 2026
        return [kept.get(name) for name in _PARTS]
    return [*kept, *[None] * (len(_PARTS) - len(kept))]


def _reservation(values: list[Any]) -> ReservationFacts:
    values[_DAY] = date.fromisoformat(values[_DAY])
    values[_TIMES] = map(time.fromisoformat, values[_TIMES])
    values[_MOMENTS] = map(datetime.fromisoformat, values[_MOMENTS])
    return ReservationFacts(*values)


def _entry(values: Sequence[Any]) -> FirstEntry:
    verified_at, *rest = values
    return FirstEntry(datetime.fromisoformat(verified_at), *rest)


def _presence(values: Sequence[Any]) -> Presence:
    since, left_at, *rest = values
    return Presence(since and datetime.fromisoformat(since), left_at and datetime.fromisoformat(left_at), *rest)


def _gates(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)
