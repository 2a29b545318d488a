-- The organiser's own message to everybody booked for a performance.

-- name: recipients
-- The confirmed bookings of a performance, in order of id.
SELECT r.id AS reservation_id
  FROM bookings b
  JOIN ticket_reservations r ON r.ticket_id = b.id AND r.org_id = b.org_id AND r.holds_place
 WHERE b.slot_id = $2 AND b.org_id = $1 AND b.status = 'CONFIRMED'
 ORDER BY r.id;

-- name: queue_messages
-- Queues the message $6 to these reservations, each with one more link (its token of $3, the hash of $4). Whoever has been moved or
-- cancelled meanwhile gets none. Returns the number of messages.
WITH asked AS (
    SELECT * FROM unnest($2::bigint[], $3::text[], $4::bytea[]) AS a (reservation_id, token, token_hash)
), going AS (
    SELECT r.org_id, r.id, r.manage_token_hash, b.email, b.language, a.token, a.token_hash
      FROM asked a
      JOIN ticket_reservations r ON r.org_id = $1 AND r.id = a.reservation_id AND r.slot_id = $5 AND r.holds_place
      JOIN bookings b ON b.org_id = r.org_id AND b.id = r.ticket_id AND b.status = 'CONFIRMED'
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at)
    SELECT org_id, token_hash, manage_token_hash, $7 FROM going
), queued AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT org_id, 'booking.message', id, email, jsonb_build_object('manage_token', token, 'message', $6::text), language, $7 FROM going
    RETURNING 1
)
SELECT count(*) FROM queued;
