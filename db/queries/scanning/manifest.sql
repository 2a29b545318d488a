-- The manifest: the day's list for a scanner that may go offline.

-- name: manifest_slots
-- Every slot of a venue's day and of the days beside it, whose entry windows may reach over midnight, in order of time.
SELECT id, date, start_time, end_time, starts_at, ends_at
  FROM reservation_slots
 WHERE org_id = $1 AND venue_id = $2 AND date BETWEEN $3::date - 1 AND $3::date + 1
 ORDER BY starts_at, id;

-- name: manifest_tickets
-- Every ticket with a place in one of these slots, by code, and when its holder left where they are out. No personal data is
-- read.
SELECT t.code, t.status, r.slot_id, t.valid_until, t.channel, t.verified_at, t.verified_gate, b.left_at
  FROM ticket_reservations r
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  LEFT JOIN ticket_absences b ON b.ticket_id = t.id AND b.org_id = t.org_id AND b.returned_at IS NULL
 WHERE r.slot_id = ANY ($2::bigint[]) AND r.org_id = $1 AND r.holds_place
 ORDER BY t.code;
