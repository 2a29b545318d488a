"""Damage to a database: each breaks one promise of the tables, which the checker of `loadtests/faults` must find."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.owner import as_owner

_ANOTHER_RESERVATION = (
    "INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, status, customer_email, customer_phone,"
    " manage_token_hash, reserved_at) SELECT org_id, ticket_id, slot_id, venue_id, {status}, 'another@example.com', customer_phone,"
    " sha256('another'), reserved_at FROM ticket_reservations ORDER BY id LIMIT 1"
)
DAMAGE = {
    "I1 no slot is overbooked": "ALTER TABLE reservation_slots DROP CONSTRAINT reservation_slots_never_overbooked;"
    " UPDATE reservation_slots SET total_capacity = 1",
    "I2 counts equal the reservations": "UPDATE reservation_slots SET booked_count = booked_count + 1",
    "I3 a ticket has one active reservation": "DROP INDEX ticket_reservations_one_active;"
    + _ANOTHER_RESERVATION.format(status="'RESERVED'"),
    "I4 what was acknowledged stands": "UPDATE ticket_reservations SET status = 'CANCELLED' WHERE admitted = 0",
    "I5 one request is one booking": _ANOTHER_RESERVATION.format(status="'CANCELLED'"),
    "I6 a reservation has one first entry": "INSERT INTO scans"
    " SELECT (jsonb_populate_record(s, jsonb_build_object('scan_id', gen_random_uuid()))).* FROM scans s WHERE entered LIMIT 1",
    "I7 every booking has one e-mail": "DELETE FROM mail_outbox",
}


@asynccontextmanager
async def damaged(database: Any, promise: str) -> AsyncIterator[Any]:
    """Yield a connection that sees the damage, which is rolled back afterwards."""
    async with as_owner(database) as owner:
        transaction = owner.transaction()
        await transaction.start()
        await owner.execute(DAMAGE[promise])
        yield owner
        await transaction.rollback()
