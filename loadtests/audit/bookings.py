"""Bookings: what customers hold by their histories is what the tables hold."""

from __future__ import annotations

from loadtests.audit.audit import Audit


async def check(audit: Audit) -> None:
    """Compare the last acknowledged state of each ticket: its slot, or none after a cancellation.

    `bookings` has `[code, slot_id]` for each booking and move, and `[code, null]` for a cancellation, in their order. A
    request without an answer leaves the ticket open: `unknown bookings` names its code.
    """
    held: dict[str, int | None] = dict(audit.facts.get("bookings", ()))
    for code in audit.facts.get("unknown bookings", ()):
        held.pop(code, None)
    rows = await audit.connection.fetch(
        "SELECT t.code, array_agg(r.slot_id) FILTER (WHERE r.holds_place) AS slots FROM tickets t"
        " LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id"
        " WHERE t.org_id = $1 AND t.code = ANY($2::text[]) GROUP BY t.code",
        audit.org_id, list(held), timeout=120,
    )  # fmt: skip
    stored: dict[str, list[int]] = {row["code"]: row["slots"] or [] for row in rows}
    audit.expect_none(
        "tickets whose place is not the one that was acknowledged",
        [
            f"{code} has {stored.get(code)} instead of {slot_id}"
            for code, slot_id in held.items()
            if stored.get(code) != ([] if slot_id is None else [slot_id])
        ],
    )
    places = sum(slot_id is not None for slot_id in held.values())
    audit.notes.append(f"{places:,} places acknowledged and stored, {len(held) - places:,} given back")
