-- The manifest: the day's list for offline scanners.

-- name: manifest_slots
-- Every slot of a venue's day and of the days before and after, whose entry windows may cross midnight, in order of time.
SELECT id, date, start_time, end_time, starts_at, ends_at
  FROM reservation_slots
 WHERE org_id = $1 AND venue_id = $2 AND date BETWEEN $3::date - 1 AND $3::date + 1
 ORDER BY starts_at, id;

-- name: manifest_tickets
-- Every ticket with a reservation in one of these slots, in order of code, and when its holder left if they are out. Reads no
-- personal data.
SELECT t.code, t.status, r.slot_id, t.valid_until, t.channel, t.verified_at, t.verified_gate, b.left_at
  FROM ticket_reservations r
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  LEFT JOIN ticket_absences b ON b.ticket_id = t.id AND b.org_id = t.org_id AND b.returned_at IS NULL
 WHERE r.slot_id = ANY ($2::bigint[]) AND r.org_id = $1 AND r.holds_place
 ORDER BY t.code;
