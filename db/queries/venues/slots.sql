-- Slots: adding and expiring them, and the comparisons of reconciliation.

-- name: add_slots
-- Adds slots and returns them. Existing slots are left as they are.
INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity)
SELECT $1, $2, a.date, a.start_time, a.end_time, a.starts_at, a.ends_at, $8
  FROM unnest($3::date[], $4::time[], $5::time[], $6::timestamptz[], $7::timestamptz[])
       AS a (date, start_time, end_time, starts_at, ends_at)
ON CONFLICT ON CONSTRAINT reservation_slots_once DO NOTHING
RETURNING id;

-- name: due_to_expire
-- Slots that have ended by their venue's late entry policy and are not expired yet.
SELECT s.org_id, s.id
  FROM reservation_slots s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
 WHERE s.expired_at IS NULL AND s.ends_at + make_interval(mins => v.late_entry_minutes) <= $1
 ORDER BY s.ends_at
 LIMIT 100;

-- name: lock_reserved_tickets
-- The tickets still RESERVED in an ended slot, locked in order of id.
SELECT t.id
  FROM tickets t
 WHERE t.org_id = $1
   AND t.id IN (SELECT r.ticket_id FROM ticket_reservations r WHERE r.org_id = $1 AND r.slot_id = $2 AND r.status = 'RESERVED')
 ORDER BY t.id
   FOR NO KEY UPDATE;

-- name: expire_reservations
-- Ends the unused reservations of the locked tickets in this slot. A ticket of an external system keeps its status.
WITH ended AS (
    UPDATE ticket_reservations SET status = 'EXPIRED'
     WHERE org_id = $1 AND slot_id = $2 AND ticket_id = ANY ($3::bigint[]) AND status = 'RESERVED'
    RETURNING ticket_id
)
UPDATE tickets t SET status = 'EXPIRED', version = t.version + 1
  FROM ended e
 WHERE t.org_id = $1 AND t.id = e.ticket_id AND t.channel <> 'ota' AND t.status = 'RESERVED'
RETURNING t.id;

-- name: close_expired_slot
UPDATE reservation_slots SET expired_at = $3 WHERE org_id = $1 AND id = $2;

-- name: expire_tickets
-- Expires unused tickets whose validity has ended. A booking has a time of its own.
WITH due AS (
    SELECT org_id, id FROM tickets
     WHERE valid_until <= $1 AND status IN ('ACTIVATED', 'INACTIVE') AND verified_at IS NULL
       AND channel NOT IN ('ota', 'booking', 'guest')
     ORDER BY id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE tickets t SET status = 'EXPIRED', version = t.version + 1
  FROM due d WHERE t.org_id = d.org_id AND t.id = d.id
RETURNING t.id;

-- name: drop_old_keys
DELETE FROM idempotency_keys WHERE expires_at <= $1;

-- name: counted_slots
-- The next $3 slots after slot $2 of organisation $1, of every organisation, with their counts, and the places and the admitted people of
-- the rows they count. `OFFSET 0` keeps the organisation out of the look-up, as in days_of_slots.
SELECT s.org_id, s.id AS slot_id, s.date, s.start_time, s.booked_count, s.verified_count, r.booked_rows, r.admitted - s.entered_apart AS verified_rows
  FROM (SELECT * FROM reservation_slots s WHERE (s.org_id, s.id) > ($1::bigint, $2::bigint) ORDER BY s.org_id, s.id LIMIT $3) s
 CROSS JOIN LATERAL (SELECT coalesce(sum(r.places) FILTER (WHERE r.holds_place), 0) AS booked_rows, coalesce(sum(r.admitted), 0) AS admitted
                       FROM (SELECT r.org_id, r.places, r.admitted, r.holds_place FROM ticket_reservations r WHERE r.slot_id = s.id OFFSET 0) r
                      WHERE r.org_id = s.org_id) r
 ORDER BY s.org_id, s.id;

-- name: lock_slot_tickets
-- All tickets with a place in a slot, locked in order of id, before the slot is locked.
SELECT t.id FROM tickets t
 WHERE t.org_id = $1
   AND t.id IN (SELECT r.ticket_id FROM ticket_reservations r WHERE r.org_id = $1 AND r.slot_id = $2 AND r.holds_place)
 ORDER BY t.id FOR NO KEY UPDATE;

-- name: correct_slot
-- Sets the counts of a slot from the rows they count, and returns all counts. Places that bookings have are not held.
UPDATE reservation_slots s
   SET booked_count = c.booked, verified_count = c.verified - s.entered_apart,
       held_count = greatest(least(s.held_count, s.total_capacity - c.booked::integer), 0), revision = s.revision + 1
  FROM (SELECT coalesce(sum(places) FILTER (WHERE holds_place), 0) AS booked, coalesce(sum(admitted), 0) AS verified
          FROM ticket_reservations WHERE org_id = $1 AND slot_id = $2) c
 WHERE s.org_id = $1 AND s.id = $2
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
          s.verified_count, s.held_count, s.revision;

-- name: bookable_slots
-- Slots that can still be booked, with the state that seat admission should have.
SELECT org_id, id AS slot_id, CASE WHEN status = 'ACTIVE' THEN total_capacity - booked_count - held_count ELSE 0 END AS free, revision
  FROM reservation_slots
 WHERE ends_at > $1
 ORDER BY starts_at
 LIMIT $2;
