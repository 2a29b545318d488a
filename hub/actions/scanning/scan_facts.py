"""The facts of a scan: builds ticket, reservation and first entry from a row of a statement.

Ticket and reservation are read by position. This takes 0.5 instead of 1.0 microseconds per scan, of 13 for the whole decision.
`tests/actions/scanning/test_scan_facts.py` compares the names of the columns with the fields.
"""

from typing import Any

from hub.rules.entry_decision import FirstEntry, ReservationFacts, TicketFacts

TICKET_COLUMNS = slice(0, 9)
RESERVATION_COLUMNS = slice(9, 24)
"""The reservation's columns in every row of `read_entry_scans` and `read_exit_scans`."""


def facts_of(row: Any) -> tuple[TicketFacts, ReservationFacts | None, FirstEntry | None]:
    """Return the ticket of a row that has one, its reservation, and its first entry."""
    ticket = TicketFacts._make(row[TICKET_COLUMNS])
    reservation = None if row["reservation_id"] is None else ReservationFacts._make(row[RESERVATION_COLUMNS])
    if row["verified_at"] is None:
        return ticket, reservation, None
    entry = FirstEntry(row["verified_at"], row["verified_by"], row["operator_name"] or "", row["verified_gate"])
    return ticket, reservation, entry
