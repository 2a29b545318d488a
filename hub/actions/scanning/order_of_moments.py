"""The order of moments: scans of a ticket that reached the hub in another order than they happened are decided again.

Two scanners are offline: one has an entry and a return, the other the exit between them. Whichever queue comes first, the hub refuses
a scan that is right once the other queue is known. So after each queue the scans of its tickets at the venue are put in order. If that
counts more of the people who passed, the recorded ones from the first difference on are undone, and all are recorded in order.

A scan that is decided again gets an id made from its own, so it is recorded once however often its queue is sent, and by however many
processes. What a crash leaves undone, the next sending of the queue records.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from db.statements import load
from hub.access.roles import Role
from hub.actions.scanning.conflicts import change_conflicts
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.exit_scans import ExitScans
from hub.actions.scanning.late_exits import LATE
from hub.actions.scanning.undo_scan import undo_scan
from hub.rules.decisions import Decision
from hub.rules.offline_scan import conflict_kind
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_order import Kind, Outcome, Passage, better_order
from hub.rules.scan_requests import ScanOperator, ScanRequest
from hub.services import Services

EXITS = load("scanning/exits")
UNDO_REASON = "decided again in the order of the scans"
MOST_TIMES = 16
"""How often a scan may be decided again until its queue is answered as it was at first."""


class _Scan(NamedTuple):
    """One scan in its last form, and as its scanner sent it."""

    row: Any
    first: Any
    passage: Passage


def decided_again_id(scan_id: UUID) -> UUID:
    """Return the id under which a scan is decided again."""
    return uuid5(LATE, str(scan_id))


def decided_again_ids(scan_id: UUID) -> list[UUID]:
    """Return the ids under which a scan may have been decided again, in order."""
    ids = [decided_again_id(scan_id)]
    while len(ids) < MOST_TIMES:
        ids.append(decided_again_id(ids[-1]))
    return ids


class ScansInOrder:
    """Decides scans of a venue in the order of their moments, with the batches of the offline sync."""

    def __init__(self, services: Services, entry_scans: EntryScans, exit_scans: ExitScans) -> None:
        self._services = services
        self._entry_scans = entry_scans
        self._exit_scans = exit_scans

    async def decide_again(self, org_id: int, venue_id: int, codes: Collection[str], let_in: Collection[UUID]) -> None:
        """Decide the scans of these tickets again where their order counts more people.

        `let_in` are scans of this queue that let in more people than the hub has recorded; of others, their conflict says so.
        """
        venue = await self._services.venues.read(org_id, venue_id)
        rows = await self._services.database.fetch(
            EXITS.passages_of_codes, org_id, venue_id, sorted(codes), list(let_in)
        )
        by_code: dict[str, list[Any]] = {}
        for row in rows:
            by_code.setdefault(row["code"], []).append(row)
        for of_code in by_code.values():
            scans, places = _scans_in_order(of_code), of_code[0]["places"]
            better = better_order([one.passage for one in scans], places, re_entry=venue.policy.re_entry == "allow")
            if better is None:
                continue
            first, outcomes = better
            if places > 1 and all(one.row["mode"] != "override" for one in scans):
                # An exit may have let out other people than it would have in order, so that later scans hold on to earlier ones.
                first = 0
            if all(one.passage.kind is None or one.row["mode"] != "override" for one in scans[first:]):
                entered = (one.row for one, outcome in zip(scans, outcomes, strict=True) if outcome.kind == "VERIFIED")
                await self._record_again(scans[first:], outcomes[first:], next(entered, None))

    async def _record_again(self, scans: Sequence[_Scan], outcomes: Sequence[Outcome], entry: Any | None) -> None:
        """Undo and record these scans of one ticket. `entry` is the row of its first entry."""
        await self._undo_all([one.row for one in reversed(scans) if one.passage.kind is not None])
        changed = []
        for one, outcome in zip(scans, outcomes, strict=True):
            answer = None
            if outcome.kind is not None:
                batch = self._exit_scans if one.passage.way == "out" else self._entry_scans
                answer = await batch.submit(_request_again(one))
            if one.passage.way == "in" and one.first["source"] == "sync" and (answer or one.passage.kind):
                changed.append((one, answer))
        if changed:
            settled = [one.first["scan_id"] for one, answer in changed if not _surplus(one, answer)[0]]
            found = [_conflict(one, answer, entry) for one, answer in changed if _surplus(one, answer)[0]]
            row = scans[0].row
            await change_conflicts(self._services, row["org_id"], row["venue_id"], settled, found)

    async def _undo_all(self, rows: list[Any]) -> None:
        """Undo recorded scans, the newest first; one that others follow in the order of recording, after them."""
        while rows:
            for row in rows:
                if await self._undo(row):
                    rows.remove(row)
                    break
            else:
                return

    async def _undo(self, row: Any) -> bool:
        """Undo a recorded scan, as whoever made it. Return False if others must be undone first."""
        try:
            await undo_scan(
                self._services, org_id=row["org_id"], operator_id=row["operator_id"], operator_name=row["operator_name"] or "",
                role=Role.MANAGER, scan_id=row["scan_id"], reason=UNDO_REASON, gate=row["gate"], source="sync", alone=True, again=True,
            )  # fmt: skip
        except Refused as refused:
            if refused.reason in (Reason.LEFT_SINCE, Reason.MOVED_SINCE):
                return False
            if refused.reason not in (Reason.NOTHING_TO_UNDO, Reason.SCAN_NOT_FOUND):
                raise
        return True


def _surplus(one: _Scan, answer: Decision | None) -> tuple[int, str]:
    """Return how many people whom the scanner let in the hub does not count, and the kind of the conflict."""
    wanted = one.passage.wanted
    if answer is None:
        return wanted or 1, "already_verified"
    if answer.entered or answer.verdict.reason is Reason.RE_ENTRY:
        return max(0, wanted - answer.people), "party_too_large"
    return wanted or 1, conflict_kind("GREEN", True, answer.verdict.reason) or "already_verified"


def _conflict(one: _Scan, answer: Decision | None, entry: Any | None) -> dict[str, Any]:
    """Return the conflict of a scan that is decided again, as `note_conflicts` takes it."""
    row, (people, kind) = one.row, _surplus(one, answer)
    return {
        "scan_id": str(one.first["scan_id"]), "venue_id": row["venue_id"], "operator_id": row["operator_id"], "kind": kind,
        "offline_result": "GREEN", "result": answer.verdict.result if answer else "YELLOW",
        "reason": (answer.verdict.reason if answer else Reason.ALREADY_VERIFIED).value, "code": row["code"],
        "ticket_id": row["ticket_id"], "gate": row["gate"], "device": row["device"], "scanned_at": row["moment"],
        "people": people, "first_at": entry and entry["moment"], "first_by": entry and entry["operator_id"],
        "first_gate": entry and entry["gate"],
    }  # fmt: skip


def _request_again(one: _Scan) -> ScanRequest:
    """Return the scan as a request that is decided as of its moment."""
    row, passage = one.row, one.passage
    return ScanRequest.of(
        ScanOperator(row["org_id"], row["operator_id"], row["operator_name"] or ""), row["venue_id"],
        "exit" if passage.way == "out" else "verify", row["code"], "sync", scan_id=decided_again_id(row["scan_id"]),
        scanned_at=row["moment"], gate=row["gate"], device=row["device"],
        count=passage.wanted or None if row["places"] > 1 else None,
    )  # fmt: skip


def _scans_in_order(rows: Sequence[Any]) -> list[_Scan]:
    """Return the scans of one ticket in the order of their moments, each in its last form."""
    by_id = {(row["scan_id"], row["mode"]): row for row in rows}
    again = {decided_again_id(row["scan_id"]) for row in rows}
    forms = [_last_form(row, by_id) for row in rows if row["scan_id"] not in again]
    return sorted(
        (one for one in forms if one is not None),
        key=lambda one: (one.row["moment"], one.row["logged_at"], one.row["scan_id"]),
    )


def _last_form(first: Any, by_id: dict[tuple[UUID, str], Any]) -> _Scan | None:
    """Return a scan as it was decided last; None if a person undid it, or if it does not count."""
    row = first
    while (key := (decided_again_id(row["scan_id"]), row["mode"])) in by_id:
        row = by_id[key]
    moves = row["entered"] or row["reason"] in ("EXIT_RECORDED", "RE_ENTRY")
    if row["undone"] and row["undo_note"] != UNDO_REASON:
        return None
    if not moves and (row is not first or (row["mode"] != "exit" and not row["may_count"])):
        # It was decided again and refused again; or nobody was let in, or a manager has decided about it.
        return None
    kind: Kind | None = None
    if moves and not row["undone"]:
        kind = "VERIFIED" if row["entered"] else row["reason"]
    wanted = first["wanted"] if row["places"] > 1 else 1
    if wanted is None:
        wanted = first["people"]
    elif wanted > row["people"] and moves and row["mode"] != "exit" and not first["may_count"]:
        # A manager has decided about the others.
        wanted = row["people"]
    fixed = kind is not None and (first["source"] != "sync" or first["mode"] == "override")
    people = row["people"] if kind else 0
    passage = Passage("out" if row["mode"] == "exit" else "in", wanted, kind, people, fixed=fixed)
    return _Scan(row, first, passage)
