-- The mail outbox: rows written with the booking, sent afterwards, at least once.

-- name: claim
-- Up to $3 due mails, leased to $4 until $2, each with the facts its text needs (null where they are gone). Rows that
-- another process holds are passed over, so processes never wait for each other. Counts the attempt.
WITH due AS (
    SELECT org_id, id
    FROM mail_outbox
    WHERE status = 'PENDING' AND next_attempt_at <= $1::timestamptz
      AND (leased_until IS NULL OR leased_until <= $1::timestamptz)
    ORDER BY next_attempt_at
    LIMIT $3::integer
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE mail_outbox o
    SET leased_until = $2::timestamptz, lease_id = $4::uuid, attempts = o.attempts + 1
    FROM due
    WHERE o.org_id = due.org_id AND o.id = due.id
    RETURNING o.org_id, o.id, o.kind, o.reservation_id, o.recipient, o.payload, o.attempts, o.created_at
)
SELECT c.org_id, c.id, c.kind, c.reservation_id, c.recipient, c.payload, c.attempts, c.created_at,
       r.status AS reservation_status, t.code AS ticket_code, t.customer_name,
       s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       v.name AS venue_name, v.timezone AS venue_timezone
FROM claimed c
LEFT JOIN ticket_reservations r ON r.org_id = c.org_id AND r.id = c.reservation_id
LEFT JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
LEFT JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
LEFT JOIN venues v ON v.org_id = r.org_id AND v.id = r.venue_id
ORDER BY c.id;

-- name: mark_sent
-- The mail is with the server. Its payload (the link's token) is no longer kept. Nothing happens when the lease was lost.
UPDATE mail_outbox
SET status = 'SENT', sent_at = $4::timestamptz, payload = '{}', last_error = NULL, leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: mark_deferred
-- Tried in vain; due again at $4.
UPDATE mail_outbox
SET next_attempt_at = $4::timestamptz, last_error = $5::text, leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: mark_dead
-- Given up for the reason $4. The payload is emptied: nothing will send it any more.
UPDATE mail_outbox
SET status = 'DEAD', last_error = $4::text, payload = '{}', leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: release
-- Claimed but not tried: all that is left of lease $1 becomes due at $2, with the trouble $3 if there was one. The attempt
-- is not counted.
UPDATE mail_outbox
SET next_attempt_at = GREATEST(next_attempt_at, $2::timestamptz), attempts = attempts - 1,
    last_error = COALESCE($3::text, last_error), leased_until = NULL, lease_id = NULL
WHERE lease_id = $1::uuid AND status = 'PENDING';

-- name: pending
-- How many mails wait.
SELECT count(*) FROM mail_outbox WHERE status = 'PENDING';
