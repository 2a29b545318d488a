-- Changes of bookings by staff. Reservations are moved and cancelled by booking/changes; here are requests, which hold no places,
-- and e-mails that are sent again. Locks: the ticket, whose version grows with every change, then its booking.

-- name: cancel_request
-- Cancels a request that is not confirmed: booking and ticket CANCELLED, one e-mail. Its entry on a waiting list is closed by the
-- waiting list job. Returns the ticket's code and venue, or nothing if the booking is no such request (any more).
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id FROM tickets t
     WHERE t.org_id = $1 AND t.id = $2 AND t.channel = 'booking'
       FOR NO KEY UPDATE
), going AS MATERIALIZED (
    SELECT b.* FROM standing d JOIN bookings b ON b.org_id = d.org_id AND b.id = d.id
     WHERE b.status = 'PENDING'
       FOR NO KEY UPDATE OF b
), ended AS (
    UPDATE bookings b SET status = 'CANCELLED', ended_at = $3, end_cause = 'staff' FROM going g WHERE b.org_id = g.org_id AND b.id = g.id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
    SELECT org_id, 'booking.cancelled', email, jsonb_build_object('booking_id', id, 'cause', 'staff'), language, $3 FROM going
)
UPDATE tickets t SET status = 'CANCELLED', version = t.version + 1
  FROM going g WHERE t.org_id = g.org_id AND t.id = g.id
RETURNING t.code, g.venue_id;

-- name: move_request
-- Moves a request to performance $3 of the same show and sends it with a new link (token $6, hash $5), which is valid for the
-- venue's hours from $4 on; the old link is not valid any more. Returns the open waiting list entries of the request, which the
-- caller ends; nothing if the booking is no such request (any more).
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id FROM tickets t
     WHERE t.org_id = $1 AND t.id = $2 AND t.channel = 'booking'
       FOR NO KEY UPDATE
), going AS MATERIALIZED (
    SELECT b.org_id, b.id, b.email, b.language, s.venue_id, $4::timestamptz + make_interval(hours => v.booking_expiry_hours) AS expires_at
      FROM standing d
      JOIN bookings b ON b.org_id = d.org_id AND b.id = d.id
      JOIN reservation_slots was ON was.org_id = b.org_id AND was.id = b.slot_id
      JOIN reservation_slots s ON s.org_id = b.org_id AND s.id = $3 AND s.show_id = was.show_id
      JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
     WHERE b.status = 'PENDING' AND b.slot_id <> $3
       FOR NO KEY UPDATE OF b
), touched AS (
    UPDATE tickets t SET version = t.version + 1 FROM going g WHERE t.org_id = g.org_id AND t.id = g.id
), moved AS (
    UPDATE bookings b SET slot_id = $3, venue_id = g.venue_id, confirm_hash = $5, expires_at = g.expires_at
      FROM going g WHERE b.org_id = g.org_id AND b.id = g.id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at, not_after)
    SELECT org_id, 'booking.requested', email, jsonb_build_object('booking_id', id, 'confirm_token', $6::text), language, $4, expires_at
      FROM going
)
SELECT array(SELECT w.entry_id FROM waitlist_tickets w WHERE w.org_id = g.org_id AND w.ticket_id = g.id AND w.waits) AS entries FROM going g;

-- name: resend_request
-- Sends a request again with a new link (token $5, hash $4), which is valid for the venue's hours from $3 on; the old link is not
-- valid any more. Returns the id, or nothing if the booking is no such request (any more).
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id FROM tickets t
     WHERE t.org_id = $1 AND t.id = $2 AND t.channel = 'booking'
       FOR NO KEY UPDATE
), going AS MATERIALIZED (
    SELECT b.org_id, b.id, b.email, b.language,
           greatest(b.expires_at, $3::timestamptz + make_interval(hours => v.booking_expiry_hours)) AS expires_at
      FROM standing d
      JOIN bookings b ON b.org_id = d.org_id AND b.id = d.id
      JOIN venues v ON v.org_id = b.org_id AND v.id = b.venue_id
     WHERE b.status = 'PENDING'
       FOR NO KEY UPDATE OF b
), touched AS (
    UPDATE tickets t SET version = t.version + 1 FROM going g WHERE t.org_id = g.org_id AND t.id = g.id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at, not_after)
    SELECT org_id, 'booking.requested', email, jsonb_build_object('booking_id', id, 'confirm_token', $5::text), language, $3, expires_at
      FROM going
)
UPDATE bookings b SET confirm_hash = $4, expires_at = g.expires_at
  FROM going g WHERE b.org_id = g.org_id AND b.id = g.id
RETURNING b.id;

-- name: resend_confirmation
-- Sends the confirmation of a booking again with one more link (token $5, hash $4). Older links stay valid. Returns the id, or
-- nothing if the booking is not confirmed (any more).
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id FROM tickets t
     WHERE t.org_id = $1 AND t.id = $2 AND t.channel = 'booking'
       FOR NO KEY UPDATE
), going AS MATERIALIZED (
    SELECT b.id, b.email, b.language, r.org_id, r.id AS reservation_id, r.manage_token_hash
      FROM standing d
      JOIN bookings b ON b.org_id = d.org_id AND b.id = d.id
      JOIN ticket_reservations r ON r.ticket_id = b.id AND r.org_id = b.org_id AND r.holds_place
     WHERE b.status = 'CONFIRMED'
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at)
    SELECT org_id, $4, manage_token_hash, $3 FROM going
)
INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
SELECT org_id, 'booking.confirmed', reservation_id, email, jsonb_build_object('manage_token', $5::text), language, $3 FROM going
RETURNING id;

-- name: performances_to_move_to
-- The other performances of the show of performance $2 that are neither cancelled nor over at $3, with their free places.
SELECT s.id AS performance_id, s.date, s.start_time, s.end_time, m.name AS room, s.total_capacity AS capacity,
       greatest(s.total_capacity - s.booked_count - s.held_count, 0) AS free
  FROM reservation_slots was
  JOIN reservation_slots s ON s.show_id = was.show_id AND s.org_id = was.org_id AND s.id <> was.id
  JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
 WHERE was.org_id = $1 AND was.id = $2 AND s.status = 'ACTIVE' AND s.ends_at > $3
 ORDER BY s.starts_at, s.id;
