"""The audit of an on-sale rush: all places sold, no more and no less, once more people wanted them than there were places."""

from __future__ import annotations

from loadtests.audit.audit import Audit
from loadtests.audit.last_facts import last_facts

DECIDED_WITHIN = 20.0
"""Seconds from the first request to the last place."""


async def check(audit: Audit) -> None:
    attempts = audit.facts.get("sale", ())
    if not attempts:
        return
    slot = audit.ground["sale slot"]
    row = await audit.connection.fetchrow(
        "SELECT total_capacity, booked_count FROM reservation_slots WHERE org_id = $1 AND id = $2", audit.org_id, slot
    )
    places, booked = int(row["total_capacity"]), int(row["booked_count"])
    certain, open_ones = last_facts(audit.facts.get("visits", ()), "code")
    answered = sum(fact["slot_id"] == slot for fact in certain)
    if not answered <= booked <= min(places, answered + open_ones) or (
        len(attempts) > places + open_ones and booked != places
    ):
        audit.problems.append(
            f"{len(attempts):,} wanted {places} places of the sale: {answered} people were given one, {booked} are booked"
        )
    sold = sorted(attempt["at"] for attempt in attempts if attempt["sold"])
    seconds = sold[-1] - min(attempt["began"] for attempt in attempts) if sold else 0.0
    if seconds > DECIDED_WITHIN and len(attempts) > places:
        audit.slow.append(f"the sale took {seconds:.1f} s for its last place, {DECIDED_WITHIN:.0f} are allowed")
    audit.notes.append(
        f"{len(attempts):,} wanted {places} places of the sale: {booked} sold, the last one after {seconds:.1f} s"
    )
