"""The nine invariants, checked after every case: the tables against themselves, against what clients were promised, and the log.

I1 to I3, I6 and I7 are queries for the rows that break them. I4 and I5 compare the tables with the history of the clients. I8
compares seat admission with the tables, and I9 reads the log of every hub process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from loadtests.faults.history import History
from loadtests.stock import id_of

SQL = {
    "I1 no slot is overbooked":
        "SELECT id FROM reservation_slots WHERE org_id = $1 AND (booked_count + held_count > total_capacity OR booked_count < 0)",
    "I2 counts equal the reservations":
        "SELECT s.id FROM reservation_slots s LEFT JOIN ticket_reservations r ON r.org_id = s.org_id AND r.slot_id = s.id"
        " WHERE s.org_id = $1 GROUP BY s.org_id, s.id HAVING s.booked_count <> coalesce(sum(r.places) FILTER (WHERE r.holds_place), 0)"
        " OR s.verified_count + s.entered_apart <> coalesce(sum(r.admitted), 0)",
    "I3 a ticket has one active reservation":
        "SELECT ticket_id FROM ticket_reservations WHERE org_id = $1 AND holds_place GROUP BY ticket_id HAVING count(*) > 1",
    "I6 a reservation has one first entry":
        "SELECT e.ticket_id FROM scans e WHERE e.org_id = $1 AND e.entered AND NOT EXISTS (SELECT 1 FROM scans u"
        " WHERE u.org_id = e.org_id AND u.undoes = e.scan_id) GROUP BY e.ticket_id HAVING sum(e.people) > greatest(1,"
        " (SELECT max(r.places) FROM ticket_reservations r WHERE r.org_id = $1 AND r.ticket_id = e.ticket_id))",
    "I7 every booking has one e-mail":
        "SELECT r.id FROM ticket_reservations r LEFT JOIN mail_outbox m ON m.org_id = r.org_id AND m.reservation_id = r.id"
        " AND m.kind = 'reservation.confirmed' WHERE r.org_id = $1 AND r.customer_email LIKE 'guest%'"
        " GROUP BY r.id HAVING count(m.id) <> 1",
}  # fmt: skip
"""Each is a query for the ids that break it. Only customers' reservations have e-mails; `Stock.reserved` writes others."""

_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|never retrieved|was never awaited|Task was destroyed")


async def broken_in_tables(connection: Any, org_id: int) -> list[str]:
    found = []
    for promise, sql in SQL.items():
        rows = await connection.fetch(f"SELECT array_agg(id) FROM ({sql} LIMIT 5) AS broken (id)", org_id, timeout=120)  # noqa: S608
        if rows[0][0]:
            found.append(f"{promise}: not for {rows[0][0]}")
    return found


async def broken_promises(connection: Any, org_id: int, history: History) -> list[str]:
    """Return what breaks I4 (what was acknowledged stands) and I5 (what stands was asked for, by one request)."""
    asked = {id_of(one.number): one for one in history.bookings}
    found = []
    if len(asked) != len(history.bookings):
        found.append("the case asked twice for a ticket, so it cannot be checked")
    rows = await connection.fetch(
        "SELECT id, ticket_id, slot_id, holds_place FROM ticket_reservations WHERE org_id = $1 AND ticket_id = ANY($2::bigint[])",
        org_id, list(asked), timeout=120,
    )  # fmt: skip
    standing: dict[int, list[Any]] = {}
    for row in rows:
        standing.setdefault(row["ticket_id"], []).append(row)
    lost, duplicate, unasked = [], [], []
    for ticket_id, booking in asked.items():
        stored = standing.get(ticket_id, [])
        if booking.outcome == "booked" and not any(
            row["id"] == booking.reservation_id and row["slot_id"] == booking.slot_id and row["holds_place"]
            for row in stored
        ):
            lost.append(booking.reservation_id)
        if len(stored) > 1:
            duplicate.append(ticket_id)
        if booking.outcome == "refused" and stored:
            unasked.append(ticket_id)
    for promise, ids in (
        ("I4 what was acknowledged stands", lost),
        ("I5 one request is one booking", duplicate),
        ("I5 what was refused does not stand", unasked),
    ):
        if ids:
            found.append(f"{promise}: not for {ids[:5]} ({len(ids)} of {len(asked)})")
    if history.scans:
        entered = await connection.fetchval(
            "SELECT count(*) FROM scans WHERE org_id = $1 AND scan_id = ANY($2::uuid[]) AND entered",
            org_id, history.scans, timeout=120,
        )  # fmt: skip
        if entered != len(set(history.scans)):
            found.append(f"I4 what was acknowledged stands: {len(set(history.scans))} entries, {entered} in the log")
    return found


def broken_in_gate(report: dict[str, Any]) -> list[str]:
    """Return what breaks I8, from the document of `hub reconcile --json`."""
    found = []
    if report.get("gate"):
        found.append(f"I8 seat admission equals the tables: {report['gate'][:3]}")
    if report.get("counts") or report.get("holds"):
        found.append(f"I2 counts equal the reservations: {(report.get('counts') or report.get('holds'))[:3]}")
    return found


def broken_in_log(lines: Iterable[str]) -> list[str]:
    """Return the tracebacks and forgotten tasks of a log (I9), each once with its number."""
    seen: dict[str, int] = {}
    for line in lines:
        if _TRACEBACK.search(line):
            text = _last_line(line)
            seen[text] = seen.get(text, 0) + 1
    return [f"I9 the log has no traceback: {text} ({count} times)" for text, count in seen.items()]


def _last_line(line: str) -> str:
    """Return the exception of a logged traceback, and the event that logged it."""
    try:
        document = json.loads(line)
    except ValueError:
        return line.strip()[:200]
    traceback = str(document.get("traceback") or document.get("text") or "")
    last = traceback.strip().splitlines()[-1] if traceback.strip() else ""
    return f"{document.get('event')} {document.get('text') or ''} {last}".strip()[:240]
