"""The order of moments: scans of a ticket that reached the hub in another order than they happened are decided again.

Two scanners are offline: one has an entry and a return, the other the exit between them. Whichever queue comes first, the hub refuses
a scan that is right once the other queue is known. So after each queue the scans of its tickets at the venue are put in order. If fewer
of them are refused in that order, the recorded ones from the first difference on are undone, and all are recorded in order.

A scan that is decided again gets an id made from its own, so it is recorded once however often its queue is sent, and by however many
processes. What a crash leaves undone, the next sending of the queue records.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid5

from db.statements import load
from hub.access.roles import Role
from hub.actions.scanning.late_exits import LATE
from hub.actions.scanning.undo_scan import undo_scan
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanOperator, ScanRequest
from hub.services import Services

EXITS = load("scanning/exits")
UNDO_REASON = "decided again in the order of the scans"
_UNDO_OF_REFUSED = (Reason.NOTHING_TO_UNDO, Reason.LEFT_SINCE, Reason.MOVED_SINCE, Reason.SCAN_NOT_FOUND)

Way = Literal["in", "out"]


class Passage(NamedTuple):
    """One scan by which somebody came in or left. `recorded`: the hub has recorded it, and it was not undone."""

    row: Any
    way: Way
    moment: datetime
    recorded: str | None


def decided_again_id(scan_id: UUID) -> UUID:
    """Return the id under which a scan is decided again."""
    return uuid5(LATE, str(scan_id))


async def out_of_order(
    services: Services, org_id: int, venue_id: int, codes: Collection[str], let_in: Collection[UUID], *, re_entry: bool
) -> list[tuple[list[Passage], list[Passage]]]:
    """Return for each ticket that must be decided again what to undo, the newest first, and what to record, the oldest first.

    `let_in` are scans of this queue that let somebody in although they may be refused; of others, their conflict says so.
    """
    rows = await services.database.fetch(EXITS.passages_of_codes, org_id, venue_id, sorted(codes), list(let_in))
    by_code: dict[str, list[Any]] = {}
    for row in rows:
        by_code.setdefault(row["code"], []).append(row)
    found = [_differences(_passages(of_code), re_entry=re_entry) for of_code in by_code.values()]
    return [one for one in found if one is not None]


async def undo_passages(services: Services, passages: Sequence[Passage]) -> None:
    """Undo recorded passages, as whoever scanned them. One that somebody has undone meanwhile is left as it is."""
    for passage in passages:
        row = passage.row
        try:
            await undo_scan(
                services, org_id=row["org_id"], operator_id=row["operator_id"], operator_name=row["operator_name"] or "",
                role=Role.MANAGER, scan_id=row["scan_id"], reason=UNDO_REASON, gate=row["gate"], source="sync",
            )  # fmt: skip
        except Refused as refused:
            if refused.reason not in _UNDO_OF_REFUSED:
                raise


def request_again(passage: Passage) -> ScanRequest:
    """Return the scan as a request that is decided as of its moment."""
    row = passage.row
    return ScanRequest.of(
        ScanOperator(row["org_id"], row["operator_id"], row["operator_name"] or ""), row["venue_id"],
        "exit" if passage.way == "out" else "verify", row["code"], "sync", scan_id=decided_again_id(row["scan_id"]),
        scanned_at=passage.moment, gate=row["gate"], device=row["device"],
    )  # fmt: skip


def _passages(rows: Sequence[Any]) -> list[Passage]:
    """Return the passages of one ticket in the order of their moments, each in its last form."""
    again = {row["scan_id"] for row in rows}
    passages = []
    for row in rows:
        if decided_again_id(row["scan_id"]) in again:
            continue
        moves = row["entered"] or row["reason"] in ("EXIT_RECORDED", "RE_ENTRY")
        if row["undone"] and row["undo_note"] != UNDO_REASON:
            continue
        if not moves and row["scan_id"].version == 5:
            # It was decided again, and refused again.
            continue
        way: Way = "out" if row["mode"] == "exit" else "in"
        standing = moves and not row["undone"]
        passages.append(Passage(row, way, row["moment"], row["reason"] if standing else None))
    return sorted(passages, key=lambda one: (one.moment, one.row["logged_at"], one.row["scan_id"]))


def _differences(passages: Sequence[Passage], *, re_entry: bool) -> tuple[list[Passage], list[Passage]] | None:
    """Return what to undo and what to record; None if the order refuses as many as the hub has refused."""
    wanted = _in_order(passages, re_entry=re_entry)
    if sum(one is not None for one in wanted) <= sum(one.recorded is not None for one in passages):
        return None
    first = next(n for n, one in enumerate(passages) if one.recorded != wanted[n])
    undone = [one for one in reversed(passages[first:]) if one.recorded is not None]
    return undone, [one for one, way in zip(passages[first:], wanted[first:], strict=True) if way is not None]


def _in_order(passages: Sequence[Passage], *, re_entry: bool) -> list[str | None]:
    """Return for each passage what it is in this order, or None where the hub refuses it."""
    inside = been = False
    wanted: list[str | None] = []
    for passage in passages:
        if passage.way == "out":
            wanted.append("EXIT_RECORDED" if inside else None)
            inside = False
        elif inside or (been and not re_entry and passage.recorded is None):
            wanted.append(None)
        else:
            wanted.append("RE_ENTRY" if been else "VERIFIED")
            inside = been = True
    return wanted
