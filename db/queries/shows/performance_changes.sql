-- Cancelling and moving a performance. The slot is written first, in its own transaction. Its bookings follow in batches, each in one
-- transaction: tickets by id, bookings, reservations, the slot last. A batch that was done is not done again.

-- name: close_performance
-- Cancels a performance that the caller has locked: nobody books it any more. Returns all counts.
UPDATE reservation_slots s
   SET status = 'CLOSED', booking_closed = true, cancelled_at = $3, cancel_message = $4, revision = s.revision + 1,
       version = s.version + 1, updated_at = $3
 WHERE s.org_id = $1 AND s.id = $2
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision;

-- name: read_cancelled
-- A cancelled performance with its organiser's message; nothing if it is not cancelled.
SELECT id, cancel_message FROM reservation_slots WHERE org_id = $1 AND id = $2 AND cancelled_at IS NOT NULL;

-- name: lock_bookings_to_end
-- The tickets of at most $4 bookings of a performance with ids above $3 that are to be ended, locked in order of id.
SELECT t.id, t.code
  FROM tickets t
 WHERE t.org_id = $1
   AND t.id IN (SELECT b.id FROM bookings b
                 WHERE b.slot_id = $2 AND b.org_id = $1 AND b.id > $3 AND b.status IN ('PENDING', 'CONFIRMED')
                 ORDER BY b.id LIMIT $4)
 ORDER BY t.id
   FOR NO KEY UPDATE;

-- name: party_sizes
-- The sizes of the parties of a performance whose bookings are to be ended.
SELECT DISTINCT party_size FROM bookings WHERE slot_id = $2 AND org_id = $1 AND status IN ('PENDING', 'CONFIRMED');

-- name: end_bookings
-- Ends the bookings of the locked tickets because performance $2 is cancelled: bookings, tickets and reservations CANCELLED, the
-- places no longer booked, one e-mail each. Parties that are in stay. $5 has the alternatives by party size, $6 the organiser's
-- message. Returns all counts of the slot, with the codes and the number of those who were pending.
WITH standing AS MATERIALIZED (
    SELECT b.org_id, b.id, b.status, b.email, b.language, b.party_size
      FROM bookings b
     WHERE b.org_id = $1 AND b.id = ANY ($3::bigint[]) AND b.slot_id = $2 AND b.status IN ('PENDING', 'CONFIRMED')
     ORDER BY b.id
       FOR NO KEY UPDATE
), leaving AS MATERIALIZED (
    SELECT r.org_id, r.id, r.ticket_id, r.places
      FROM standing b
      JOIN ticket_reservations r ON r.ticket_id = b.id AND r.org_id = b.org_id
     WHERE r.status = 'RESERVED' AND r.slot_id = $2
     ORDER BY r.id
       FOR NO KEY UPDATE OF r
), going AS MATERIALIZED (
    SELECT b.*, l.id AS reservation_id, coalesce(l.places, 0) AS places
      FROM standing b
      LEFT JOIN leaving l ON l.ticket_id = b.id
     WHERE b.status = 'PENDING' OR l.id IS NOT NULL
), given_up AS (
    UPDATE ticket_reservations r
       SET status = 'CANCELLED', cancelled_at = $4, cancel_cause = 'performance', calendar_sequence = r.calendar_sequence + 1
      FROM going g
     WHERE r.org_id = g.org_id AND r.id = g.reservation_id
), ended AS (
    UPDATE bookings b
       SET status = 'CANCELLED', ended_at = $4, end_cause = 'performance'
      FROM going g
     WHERE b.org_id = g.org_id AND b.id = g.id
), void AS (
    UPDATE tickets t
       SET status = 'CANCELLED', reserved_at = NULL, version = t.version + 1
      FROM going g
     WHERE t.org_id = g.org_id AND t.id = g.id
    RETURNING t.code
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, 'booking.cancelled', g.reservation_id, g.email,
           jsonb_build_object('booking_id', g.id, 'cause', 'performance', 'message', $6::text,
                              'alternatives', coalesce($5::jsonb -> g.party_size::text, '[]')),
           g.language, $4
      FROM going g ORDER BY g.id
), held AS MATERIALIZED (
    SELECT s.* FROM reservation_slots s WHERE s.org_id = $1 AND s.id = $2 FOR NO KEY UPDATE
)
UPDATE reservation_slots s
   SET booked_count = h.booked_count - n.places, held_count = h.held_count, total_capacity = h.total_capacity,
       verified_count = h.verified_count, revision = h.revision + 1, updated_at = $4
  FROM held h, (SELECT coalesce(sum(places), 0)::integer AS places, count(*) AS bookings,
                       count(*) FILTER (WHERE status = 'PENDING') AS pending FROM going) n
 WHERE s.org_id = h.org_id AND s.id = h.id AND n.bookings > 0
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, n.places, n.bookings, n.pending, (SELECT array_agg(code) FROM void) AS codes;

-- name: bookings_ended
-- Records that no booking and no guest of a cancelled performance is left to end. Nothing happens while one is.
UPDATE reservation_slots s
   SET bookings_ended_at = $3
 WHERE s.org_id = $1 AND s.id = $2 AND s.cancelled_at IS NOT NULL AND s.bookings_ended_at IS NULL
   AND NOT EXISTS (SELECT 1
                     FROM bookings b
                     LEFT JOIN ticket_reservations r ON r.ticket_id = b.id AND r.org_id = b.org_id AND r.holds_place
                    WHERE b.slot_id = s.id AND b.org_id = s.org_id
                      AND (b.status = 'PENDING' OR (b.status = 'CONFIRMED' AND r.status = 'RESERVED')))
   AND NOT EXISTS (SELECT 1
                     FROM guests g
                     JOIN ticket_reservations r ON r.ticket_id = g.id AND r.org_id = g.org_id AND r.holds_place
                    WHERE g.slot_id = s.id AND g.org_id = s.org_id AND r.status = 'RESERVED')
RETURNING s.id;

-- name: unfinished
-- Performances that were cancelled or moved, and have bookings that are not ended or not told yet.
SELECT s.org_id, s.id, true AS cancelled FROM reservation_slots s WHERE s.cancelled_at IS NOT NULL AND s.bookings_ended_at IS NULL
UNION ALL
SELECT DISTINCT m.org_id, m.slot_id, false FROM moved_bookings m
 LIMIT 100;

-- name: move_performance
-- Moves a performance that the caller has locked to another time or room. Returns all counts.
UPDATE reservation_slots s
   SET room_id = $3, date = $4, start_time = $5, end_time = $6, starts_at = $7, ends_at = $8, total_capacity = $9,
       booking_opens_at = $10, booking_closes_at = $11, moved_at = $12,
       held_count = s.held_count + CASE WHEN s.has_waitlist THEN greatest($9 - s.total_capacity, 0) ELSE 0 END,
       revision = s.revision + 1, version = s.version + 1, updated_at = $12
 WHERE s.org_id = $1 AND s.id = $2
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: note_moved
-- Notes every booked party of a performance that nobody of is in, to be told of the move. Who was not told of an earlier move yet
-- learns the time from before both. Runs after the slot is locked, so nobody who is booked is missed.
INSERT INTO moved_bookings AS m (org_id, reservation_id, slot_id, was, message, moved_at)
SELECT r.org_id, r.id, r.slot_id, $3::jsonb, $4, $5
  FROM ticket_reservations r
 WHERE r.slot_id = $2 AND r.org_id = $1 AND r.status = 'RESERVED' AND r.customer_email <> ''
ON CONFLICT (org_id, reservation_id) DO UPDATE SET message = excluded.message, moved_at = excluded.moved_at
RETURNING m.reservation_id;

-- name: count_moved
-- How many bookings of a moved performance are not told yet.
SELECT count(*) FROM moved_bookings WHERE org_id = $1 AND slot_id = $2;

-- name: lock_moved
-- The tickets of at most $3 bookings of a performance that are to be told of its move, locked in order of id. Each comes with its
-- reservation.
SELECT t.id, r.id AS reservation_id
  FROM tickets t
  JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id
 WHERE t.org_id = $1
   AND r.id IN (SELECT m.reservation_id FROM moved_bookings m WHERE m.slot_id = $2 AND m.org_id = $1
                 ORDER BY m.reservation_id LIMIT $3)
 ORDER BY t.id
   FOR NO KEY UPDATE OF t;

-- name: write_moved
-- Takes these bookings off the list of those to be told, and queues one e-mail with a new link for each that still stands in the
-- slot, unless the performance is back where it was. The calendar entry gets the next SEQUENCE, and reminders are sent again for the
-- new time. Returns the codes of the tickets.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($3::bigint[], $4::text[], $5::bytea[]) AS a (reservation_id, token, token_hash)
), noted AS (
    DELETE FROM moved_bookings m
     USING asked a
     WHERE m.org_id = $1 AND m.reservation_id = a.reservation_id AND m.slot_id = $2
    RETURNING m.reservation_id, m.was, m.message, a.token, a.token_hash
), moved AS (
    UPDATE ticket_reservations r
       SET calendar_sequence = r.calendar_sequence + 1, moved_at = $6
      FROM noted n
     WHERE r.org_id = $1 AND r.id = n.reservation_id AND r.status = 'RESERVED' AND r.slot_id = $2
       AND n.was <> (SELECT jsonb_build_object('date', s.date, 'start_time', s.start_time, 'end_time', s.end_time, 'room', o.name)
                       FROM reservation_slots s JOIN rooms o ON o.org_id = s.org_id AND o.id = s.room_id
                      WHERE s.org_id = $1 AND s.id = $2)
    RETURNING r.id, r.ticket_id, r.customer_email, r.language, r.manage_token_hash, n.was, n.message, n.token, n.token_hash
), reminded AS (
    DELETE FROM reminders d USING moved v WHERE d.org_id = $1 AND d.reservation_id = v.id AND d.slot_id = $2
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at) SELECT $1, token_hash, manage_token_hash, $6 FROM moved
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, CASE WHEN EXISTS (SELECT 1 FROM guests g WHERE g.org_id = $1 AND g.id = v.ticket_id) THEN 'reservation.moved'
                    ELSE 'booking.moved' END, v.id, v.customer_email,
           jsonb_build_object('booking_id', v.ticket_id, 'manage_token', v.token, 'was', v.was, 'cause', 'performance',
                              'message', v.message, 'reservation_ids', jsonb_build_array(v.id)),
           v.language, $6
      FROM moved v ORDER BY v.id
)
SELECT t.code FROM moved v JOIN tickets t ON t.org_id = $1 AND t.id = v.ticket_id;
