"""The audit of customers: each ticket is where its holder was told last, and nowhere else."""

from __future__ import annotations

from loadtests.audit.audit import Audit
from loadtests.audit.last_facts import last_facts


async def check(audit: Audit) -> None:
    """A ticket that is booked stands RESERVED in that one slot; any other has no place."""
    certain, open_ones = last_facts(audit.facts.get("visits", ()), "code")
    rows = await audit.connection.fetch(
        """
        SELECT t.code, t.status, array_agg(r.slot_id) FILTER (WHERE r.holds_place) AS slots
        FROM tickets t LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id
        WHERE t.org_id = $1 AND t.code = ANY($2::text[]) GROUP BY t.org_id, t.id
        """,
        audit.org_id, [fact["code"] for fact in certain], timeout=120,
    )  # fmt: skip
    # Who booked for today may have come in meanwhile: then the ticket is VERIFIED, with the same place.
    found = {row["code"]: (row["status"].replace("VERIFIED", "RESERVED"), row["slots"] or []) for row in rows}
    expected = {
        fact["code"]: ("ACTIVATED", []) if fact["slot_id"] is None else ("RESERVED", [fact["slot_id"]])
        for fact in certain
    }
    audit.expect_none(
        "tickets that are not where their holders were told",
        [
            f"{code} is {found.get(code)} instead of {wanted}"
            for code, wanted in expected.items()
            if found.get(code) != wanted
        ],
    )
    booked = sum(fact["slot_id"] is not None for fact in certain)
    audit.notes.append(
        f"{booked:,} places of customers stand as told, {len(certain) - booked:,} given back; {open_ones} not certain"
    )
    await _check_offers(audit)


async def _check_offers(audit: Audit) -> None:
    """The places held for waiting lists are those of the open offers."""
    rows = await audit.connection.fetch(
        """
        SELECT s.id, s.held_count, coalesce(sum(w.places), 0) AS offered
        FROM reservation_slots s
        LEFT JOIN waitlist_entries w ON w.org_id = s.org_id AND w.slot_id = s.id AND w.status = 'OFFERED'
        WHERE s.org_id = $1 GROUP BY s.org_id, s.id HAVING s.held_count <> coalesce(sum(w.places), 0)
        """,
        audit.org_id, timeout=120,
    )  # fmt: skip
    audit.expect_none("slots that hold other places than are offered to the waiting list", [dict(row) for row in rows])
