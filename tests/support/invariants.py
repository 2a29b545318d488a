"""Invariants of the database, checked after every test. Each one is a query for the rows that break it."""

from __future__ import annotations

from typing import Any

import asyncpg

INVARIANTS = {
    "no slot is overbooked":
        "SELECT id FROM reservation_slots WHERE booked_count + held_count > total_capacity OR booked_count < 0 OR held_count < 0",
    "booked counts equal the reservations that hold a place":
        "SELECT s.id FROM reservation_slots s LEFT JOIN ticket_reservations r ON r.slot_id = s.id"
        " GROUP BY s.org_id, s.id HAVING s.booked_count <> coalesce(sum(r.places) FILTER (WHERE r.status <> 'CANCELLED'), 0)",
    "verified counts equal the reservations verified":
        "SELECT s.id FROM reservation_slots s LEFT JOIN ticket_reservations r ON r.slot_id = s.id"
        " GROUP BY s.org_id, s.id HAVING s.verified_count + s.entered_apart <> coalesce(sum(r.admitted), 0)",
    "people who came in apart from their slot are those of its log":
        "SELECT s.id FROM reservation_slots s LEFT JOIN ticket_reservations r ON r.slot_id = s.id LEFT JOIN scans e ON e.org_id = r.org_id"
        " AND e.reservation_id = r.id AND e.entered AND e.slot_id IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM scans u WHERE u.undoes = e.scan_id AND u.org_id = e.org_id)"
        " GROUP BY s.org_id, s.id HAVING s.entered_apart <> coalesce(sum(e.people), 0)",
    "where the log has entries of a day, as many are counted as it says":
        "SELECT date FROM (SELECT s.venue_id, s.date, s.verified_count AS n FROM reservation_slots s UNION ALL"
        " SELECT w.venue_id, w.date, w.entered FROM walk_ins w UNION ALL"
        " SELECT e.venue_id, coalesce(e.day, (CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AT TIME ZONE v.timezone)::date), -e.people"
        " FROM scans e JOIN venues v ON v.id = e.venue_id WHERE e.entered AND NOT EXISTS"
        " (SELECT 1 FROM scans u WHERE u.undoes = e.scan_id AND u.org_id = e.org_id)) d GROUP BY venue_id, date"
        " HAVING sum(n) <> 0 AND bool_or(n < 0)",
    "a ticket has at most one active reservation":
        "SELECT ticket_id FROM ticket_reservations WHERE status <> 'CANCELLED' GROUP BY ticket_id HAVING count(*) > 1",
    "no more people were let in with a ticket, less those taken back, than it admits":
        "SELECT e.ticket_id FROM (SELECT org_id, ticket_id, sum(people) AS people FROM scans e WHERE entered AND NOT EXISTS"
        " (SELECT 1 FROM scans u WHERE u.undoes = e.scan_id AND u.org_id = e.org_id) GROUP BY 1, 2) e"
        " LEFT JOIN (SELECT org_id, ticket_id, max(places) AS places FROM ticket_reservations GROUP BY 1, 2) r"
        " USING (org_id, ticket_id) WHERE e.people > greatest(1, r.places)",
    "where the log has an entry, as many are in as it says":
        "SELECT r.id FROM ticket_reservations r JOIN (SELECT org_id, reservation_id, sum(people) FILTER (WHERE NOT EXISTS"
        " (SELECT 1 FROM scans u WHERE u.undoes = e.scan_id AND u.org_id = e.org_id)) AS people FROM scans e"
        " WHERE entered AND reservation_id IS NOT NULL GROUP BY 1, 2) e ON e.org_id = r.org_id AND e.reservation_id = r.id"
        " WHERE coalesce(e.people, 0) <> r.admitted",
    "a ticket was let in at most once more often than it was taken back":
        "SELECT ticket_id FROM scans s WHERE NOT EXISTS (SELECT 1 FROM bookings b WHERE b.org_id = s.org_id AND b.id = s.ticket_id)"
        " AND NOT EXISTS (SELECT 1 FROM guests g WHERE g.org_id = s.org_id AND g.id = s.ticket_id) GROUP BY ticket_id"
        " HAVING count(*) FILTER (WHERE entered) - count(*) FILTER (WHERE mode = 'undo' AND undoes IN"
        " (SELECT scan_id FROM scans WHERE entered)) > 1",
    "nobody has left who is not in, nor twice without coming back":
        "SELECT b.ticket_id FROM ticket_absences b JOIN tickets t ON t.org_id = b.org_id AND t.id = b.ticket_id"
        " WHERE b.returned_at IS NULL GROUP BY b.org_id, b.ticket_id HAVING bool_or(t.verified_at IS NULL)"
        " OR count(*) > count(DISTINCT b.person) OR count(*) > greatest(1, (SELECT max(r.admitted)"
        " FROM ticket_reservations r WHERE r.org_id = b.org_id AND r.ticket_id = b.ticket_id))",
    "movements equal the absences they count":
        "SELECT date FROM venue_movements v FULL JOIN (SELECT org_id, venue_id, date, count(*) AS e, count(returned_at) AS r"
        " FROM ticket_absences GROUP BY 1, 2, 3) b USING (org_id, venue_id, date)"
        " WHERE coalesce(v.exited, 0) <> coalesce(b.e, 0) OR coalesce(v.reentered, 0) <> coalesce(b.r, 0)",
    "movements equal the log":
        "SELECT l.way FROM (SELECT reason AS way, coalesce(sum(people) FILTER (WHERE NOT EXISTS (SELECT 1 FROM scans u"
        " WHERE u.undoes = e.scan_id AND u.org_id = e.org_id)), 0) AS n FROM scans e"
        " WHERE reason IN ('EXIT_RECORDED', 'RE_ENTRY') GROUP BY 1) l"
        " WHERE l.n <> (SELECT coalesce(sum(CASE l.way WHEN 'RE_ENTRY' THEN reentered ELSE exited END), 0)"
        " FROM venue_movements)",
    "no more people leave a venue's day than came":
        "SELECT v.date FROM venue_movements v WHERE exited - reentered > coalesce((SELECT sum(verified_count)"
        " FROM reservation_slots s WHERE s.venue_id = v.venue_id AND s.date = v.date), 0) + coalesce((SELECT entered"
        " FROM walk_ins w WHERE w.venue_id = v.venue_id AND w.date = v.date), 0)",
    "what is offered to the waiting list is held":
        "SELECT s.id FROM reservation_slots s LEFT JOIN waitlist_entries e ON e.slot_id = s.id AND e.status = 'OFFERED'"
        " GROUP BY s.org_id, s.id HAVING s.held_count < coalesce(sum(e.places), 0)",
    "a slot that somebody waits for says so":
        "SELECT s.id FROM reservation_slots s JOIN waitlist_entries e ON e.slot_id = s.id"
        " WHERE e.status = 'WAITING' AND NOT s.has_waitlist",
    "a ticket waits only with an entry that does":
        "SELECT w.ticket_id FROM waitlist_tickets w JOIN waitlist_entries e ON e.org_id = w.org_id AND e.id = w.entry_id"
        " WHERE w.waits <> (e.status IN ('WAITING', 'OFFERED'))",
    "whoever accepted an offer was booked":
        "SELECT e.id FROM waitlist_entries e JOIN waitlist_tickets w ON w.org_id = e.org_id AND w.entry_id = e.id"
        " WHERE e.status = 'ACCEPTED' AND NOT EXISTS (SELECT 1 FROM ticket_reservations r WHERE r.ticket_id = w.ticket_id)",
    "every reservation that a customer with an address made has its party's mail":
        "SELECT r.id FROM ticket_reservations r WHERE r.customer_email <> '' AND NOT EXISTS (SELECT 1 FROM guests g WHERE g.org_id = r.org_id AND g.id = r.ticket_id)"
        " AND NOT EXISTS (SELECT 1 FROM practice_tickets t WHERE t.ticket_id = r.ticket_id)"
        " AND NOT EXISTS (SELECT 1 FROM ticket_reservations p JOIN mail_outbox m"
        " ON m.reservation_id = p.id AND m.channel = 'mail' AND m.kind IN ('reservation.confirmed', 'booking.confirmed')"
        " WHERE p.manage_token_hash = r.manage_token_hash)",
    "a party has one confirmation":
        "SELECT p.manage_token_hash FROM ticket_reservations p JOIN mail_outbox m ON m.reservation_id = p.id"
        " AND m.channel = 'mail' AND m.kind = 'reservation.confirmed' GROUP BY 1 HAVING count(DISTINCT m.id) > 1",
    "ticket and reservation agree":
        "SELECT r.id FROM ticket_reservations r JOIN tickets t ON t.id = r.ticket_id"
        " WHERE t.channel <> 'ota' AND r.status <> 'CANCELLED' AND r.status <> t.status"
        # A ticket that its organiser cancels after the visit keeps its entry on record.
        " AND NOT (t.status = 'CANCELLED' AND t.cancelled_at IS NOT NULL AND r.status IN ('VERIFIED', 'EXPIRED'))",
    "no reservation admits more people than it has places, and it is VERIFIED once somebody is in":
        "SELECT id FROM ticket_reservations WHERE admitted > places OR admitted < 0 OR (status = 'VERIFIED') <> (admitted > 0)",
    "every booking is a ticket, and the tickets of its channel are bookings":
        "SELECT b.id FROM bookings b LEFT JOIN tickets t ON t.org_id = b.org_id AND t.id = b.id WHERE t.channel IS DISTINCT FROM 'booking'"
        " UNION ALL SELECT t.id FROM tickets t WHERE t.channel = 'booking'"
        " AND NOT EXISTS (SELECT 1 FROM bookings b WHERE b.org_id = t.org_id AND b.id = t.id)",
    "a booking agrees with its ticket and its reservation":
        "SELECT b.id FROM bookings b JOIN tickets t ON t.org_id = b.org_id AND t.id = b.id"
        # Each table is read once: a subquery for each of 2,000 bookings took 1 s in all.
        " LEFT JOIN (SELECT org_id, ticket_id, count(*) FILTER (WHERE holds_place) AS standing, sum(places) FILTER (WHERE holds_place) AS places,"
        " min(slot_id) FILTER (WHERE holds_place) AS slot_id FROM ticket_reservations GROUP BY 1, 2) r"
        " ON r.org_id = b.org_id AND r.ticket_id = b.id"
        " WHERE CASE b.status WHEN 'PENDING' THEN t.status <> 'INACTIVE' OR r.ticket_id IS NOT NULL"
        " WHEN 'CONFIRMED' THEN t.status NOT IN ('RESERVED', 'VERIFIED', 'EXPIRED') OR coalesce(r.standing, 0) <> 1"
        " OR r.places <> b.party_size OR r.slot_id <> b.slot_id WHEN 'CANCELLED' THEN t.status <> 'CANCELLED' OR r.standing > 0"
        " ELSE t.status <> 'EXPIRED' OR r.ticket_id IS NOT NULL END",
    "the people of a booking or a guest who are in are those of its scans":
        "SELECT r.id FROM (SELECT org_id, id FROM bookings UNION ALL SELECT org_id, id FROM guests) b JOIN ticket_reservations r ON r.org_id = b.org_id AND r.ticket_id = b.id LEFT JOIN"
        " (SELECT e.org_id, e.ticket_id, sum(CASE WHEN e.entered THEN e.people WHEN u.entered THEN -e.people ELSE 0 END) AS people"
        " FROM scans e LEFT JOIN scans u ON e.mode = 'undo' AND u.org_id = e.org_id AND u.scan_id = e.undoes AND u.entered"
        " WHERE e.ticket_id IN (SELECT id FROM bookings UNION ALL SELECT id FROM guests) GROUP BY 1, 2) e ON e.org_id = r.org_id AND e.ticket_id = r.ticket_id"
        " WHERE r.admitted <> coalesce(e.people, 0)",
    "bookings are for performances, and nothing else is":
        "SELECT r.id FROM ticket_reservations r JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id"
        " JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id WHERE t.channel <> 'guest' AND (t.channel = 'booking') <> (s.show_id IS NOT NULL)",
    "every guest is a ticket, and the tickets of its channel are guests":
        "SELECT g.id FROM guests g LEFT JOIN tickets t ON t.org_id = g.org_id AND t.id = g.id WHERE t.channel IS DISTINCT FROM 'guest'"
        " UNION ALL SELECT t.id FROM tickets t WHERE t.channel = 'guest'"
        " AND NOT EXISTS (SELECT 1 FROM guests g WHERE g.org_id = t.org_id AND g.id = t.id)",
    "a guest agrees with its ticket and its reservation":
        "SELECT g.id FROM guests g JOIN tickets t ON t.org_id = g.org_id AND t.id = g.id"
        " LEFT JOIN (SELECT org_id, ticket_id, count(*) AS standing, min(slot_id) AS slot_id FROM ticket_reservations"
        " WHERE holds_place GROUP BY 1, 2) r ON r.org_id = g.org_id AND r.ticket_id = g.id"
        " WHERE CASE t.status WHEN 'CANCELLED' THEN r.standing > 0 ELSE coalesce(r.standing, 0) <> 1 OR r.slot_id <> g.slot_id END",
    "the slot of a day's guests has as many places as they take, and nobody else's":
        "SELECT id FROM reservation_slots WHERE for_guests AND (total_capacity <> booked_count OR held_count <> 0)",
    "a performance to come has the seats of its room, with those added and without those taken":
        "SELECT s.id FROM reservation_slots s JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id"
        " WHERE s.total_capacity <> m.capacity + s.additional_seats - s.occupied_seats"
        " AND s.status = 'ACTIVE' AND s.expired_at IS NULL",
    "a request for seats waits for all of them":
        "SELECT e.id FROM waitlist_entries e JOIN waitlist_tickets w ON w.org_id = e.org_id AND w.entry_id = e.id"
        " JOIN bookings b ON b.org_id = w.org_id AND b.id = w.ticket_id"
        " WHERE e.status IN ('WAITING', 'OFFERED') AND (b.party_size, b.slot_id) IS DISTINCT FROM (e.places, e.slot_id)",
    "every booking was asked for by mail":
        "SELECT b.id FROM (SELECT b.org_id, b.email, min(b.id) AS id, count(*) AS asked FROM bookings b WHERE NOT EXISTS"
        " (SELECT 1 FROM ticket_reservations r JOIN mail_outbox c ON c.org_id = r.org_id AND c.reservation_id = r.id"
        " WHERE r.org_id = b.org_id AND r.ticket_id = b.id AND c.kind = 'reservation.contact_changed') GROUP BY 1, 2) b"
        " LEFT JOIN (SELECT org_id, recipient, count(*) AS written FROM mail_outbox WHERE kind = 'booking.requested' GROUP BY 1, 2) m"
        " ON m.org_id = b.org_id AND m.recipient = b.email WHERE b.asked > coalesce(m.written, 0)",
    "every cancelled booking has its mail":
        "SELECT r.id FROM ticket_reservations r JOIN bookings b ON b.org_id = r.org_id AND b.id = r.ticket_id"
        " WHERE r.status = 'CANCELLED' AND NOT EXISTS (SELECT 1 FROM mail_outbox m"
        " WHERE m.org_id = r.org_id AND m.reservation_id = r.id AND m.kind = 'booking.cancelled')",
}  # fmt: skip


# One statement, so that a test pays for one round trip and not for one per invariant. No LIMIT: with it the planner expects an
# early first row, which never comes, and scans 20,000 reservations once for each of them.
_ALL = " UNION ALL ".join(
    f"SELECT {n} AS number, (array_agg(id::text))[1:5] AS ids FROM ({sql}) AS found (id) HAVING count(*) > 0"
    for n, sql in enumerate(INVARIANTS.values())
)


async def broken_invariants(database: Any) -> list[str]:
    """Return the broken invariants of this database, each with up to five rows that break it."""
    async with database.transaction() as transaction:
        rows = await _rows_that_break_them(transaction)
    return _described(rows)


async def broken_invariants_of(session: asyncpg.Connection) -> list[str]:
    """Return the same, asked in a session of the test."""
    async with session.transaction():
        return _described(await _rows_that_break_them(session))


async def _rows_that_break_them(session: Any) -> list[Any]:
    # Plans from when the tables were empty would join them row by row, and read each as a whole: 3 s and more for 1,000 scans.
    # The time limit of the hub's connections is not the test's: on a busy machine a storm's tables take longer than 2.5 s.
    await session.execute(
        "SET LOCAL enable_nestloop = off; SET LOCAL enable_seqscan = off; SET LOCAL statement_timeout = 0"
    )
    return list(await session.fetch(_ALL))


def _described(rows: list[Any]) -> list[str]:
    promises = list(INVARIANTS)
    return [f"{promises[row['number']]}: not for {row['ids']}" for row in rows]
