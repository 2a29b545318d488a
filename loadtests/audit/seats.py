"""The audit of shows: each booking is as its visitor was told last, with its people inside, and no performance is overbooked."""

from __future__ import annotations

from loadtests.audit.audit import Audit
from loadtests.audit.last_facts import last_facts


async def check(audit: Audit) -> None:
    certain, open_ones = last_facts(audit.facts.get("seats", ()), "booking_id")
    rows = await audit.connection.fetch(
        """
        SELECT b.id, b.status, coalesce(sum(r.places) FILTER (WHERE r.holds_place), 0) AS places, coalesce(sum(r.admitted), 0) AS inside,
               (SELECT coalesce(sum(e.people), 0) FROM scans e WHERE e.org_id = b.org_id AND e.ticket_id = b.id AND e.entered) AS scanned
        FROM bookings b LEFT JOIN ticket_reservations r ON r.org_id = b.org_id AND r.ticket_id = b.id
        WHERE b.org_id = $1 AND b.id = ANY($2::bigint[]) GROUP BY b.org_id, b.id
        """,
        audit.org_id, [fact["booking_id"] for fact in certain], timeout=120,
    )  # fmt: skip
    found = {row["id"]: (row["status"], row["places"], row["inside"], row["scanned"]) for row in rows}
    wrong = []
    for fact in certain:
        people = fact["people"] if fact["status"] in ("CONFIRMED", "CHECKED_IN") else 0
        status = "CONFIRMED" if fact["status"] == "CHECKED_IN" else fact["status"]
        wanted = (status, people, fact["in"], fact["in"])
        if found.get(fact["booking_id"]) != wanted:
            wrong.append(f"{fact['booking_id']} is {found.get(fact['booking_id'])} instead of {wanted}")
    audit.expect_none("bookings whose status, places, people inside or scans are not as told", wrong)
    inside = sum(fact["in"] for fact in certain)
    audit.notes.append(
        f"{len(certain):,} bookings of shows stand as told, {inside:,} people inside; {open_ones} not certain"
    )
