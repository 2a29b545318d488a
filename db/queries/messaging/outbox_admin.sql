-- Outbox administration: how staff list and change the messages of their organisation.
-- A waiting message is overdue if it was made before $n, and has failed or should have been tried by then.

-- name: stuck
-- Messages that need attention: given up, or overdue (made before $4). Ids below $2, newest first, at most $3. `OFFSET 0` lets those that
-- wait be read by their own index: in the order of ids the planner would read every message ever sent to find none.
SELECT m.* FROM (
    (SELECT id, kind, channel, status, recipient, language, attempts, created_at, next_attempt_at, sent_at, not_after,
            leased_until, last_error, false AS overdue
       FROM mail_outbox
      WHERE status = 'DEAD' AND org_id = $1::bigint AND id < $2::bigint
      ORDER BY id DESC LIMIT $3::integer)
    UNION ALL
    (SELECT id, kind, channel, status, recipient, language, attempts, created_at, next_attempt_at, sent_at, not_after,
            leased_until, last_error, true
       FROM (SELECT id, org_id, kind, channel, status, recipient, language, attempts, created_at, next_attempt_at, sent_at, not_after,
                    leased_until, last_error
               FROM mail_outbox WHERE status = 'PENDING' OFFSET 0) waiting
      WHERE org_id = $1::bigint AND id < $2::bigint AND created_at <= $4::timestamptz
        AND (attempts > 0 OR last_error IS NOT NULL OR next_attempt_at <= $4::timestamptz)
      ORDER BY id DESC LIMIT $3::integer)
) m
ORDER BY m.id DESC LIMIT $3::integer;

-- name: unsent
-- Messages that were given up ($4 = DEAD) or dropped ($4 = DROPPED). Ids below $2, newest first, at most $3.
SELECT id, kind, channel, status, recipient, language, attempts, created_at, next_attempt_at, sent_at, not_after,
       leased_until, last_error, false AS overdue
  FROM mail_outbox
 WHERE status IN ('DEAD', 'DROPPED') AND status = $4::text AND org_id = $1::bigint AND id < $2::bigint
 ORDER BY id DESC LIMIT $3::integer;

-- name: waiting
-- Waiting messages; overdue ones were made before $4. Ids below $2, newest first, at most $3.
SELECT id, kind, channel, status, recipient, language, attempts, created_at, next_attempt_at, sent_at, not_after,
       leased_until, last_error,
       created_at <= $4::timestamptz
       AND (attempts > 0 OR last_error IS NOT NULL OR next_attempt_at <= $4::timestamptz) AS overdue
  FROM mail_outbox
 WHERE status = 'PENDING' AND org_id = $1::bigint AND id < $2::bigint
 ORDER BY id DESC LIMIT $3::integer;

-- name: sent
-- Sent messages. Ids below $2, newest first, at most $3.
SELECT id, kind, channel, status, recipient, language, attempts, created_at, next_attempt_at, sent_at, not_after,
       leased_until, last_error, false AS overdue
  FROM mail_outbox
 WHERE org_id = $1::bigint AND id < $2::bigint AND status = 'SENT'
 ORDER BY id DESC LIMIT $3::integer;

-- name: figures
-- The numbers of given up, overdue (made before $2) and waiting messages, and when the last one was sent.
SELECT (SELECT count(*) FROM mail_outbox WHERE status = 'DEAD' AND org_id = $1::bigint) AS dead,
       w.overdue, w.waiting,
       (SELECT sent_at FROM mail_outbox WHERE org_id = $1::bigint AND status = 'SENT' ORDER BY id DESC LIMIT 1)
       AS last_sent_at
  FROM (SELECT count(*) AS waiting,
               count(*) FILTER (WHERE created_at <= $2::timestamptz AND (attempts > 0 OR last_error IS NOT NULL
                                OR next_attempt_at <= $2::timestamptz)) AS overdue
          FROM mail_outbox WHERE status = 'PENDING' AND org_id = $1::bigint) w;

-- name: one
-- One message. It may be overdue if it was made before $3.
SELECT id, kind, channel, status, recipient, language, attempts, created_at, next_attempt_at, sent_at, not_after,
       leased_until, last_error,
       status = 'PENDING' AND created_at <= $3::timestamptz
       AND (attempts > 0 OR last_error IS NOT NULL OR next_attempt_at <= $3::timestamptz) AS overdue,
       payload
  FROM mail_outbox
 WHERE org_id = $1::bigint AND id = $2::bigint;

-- name: retry
-- Makes a message due at $3 with all its tries; $4 is added to its payload, and $5 becomes a new link to its party, or the link
-- that confirms its booking. Returns the id, or nothing if it is settled or being sent.
WITH retried AS (
    UPDATE mail_outbox
    SET status = 'PENDING', attempts = 0, next_attempt_at = $3::timestamptz, payload = payload || $4::jsonb,
        leased_until = NULL, lease_id = NULL
    WHERE org_id = $1::bigint AND id = $2::bigint AND status IN ('PENDING', 'DEAD')
      AND (leased_until IS NULL OR leased_until <= $3::timestamptz)
    RETURNING org_id, id, reservation_id, kind, payload
), asked AS (
    UPDATE bookings b
    SET confirm_hash = $5::bytea
    FROM retried m
    WHERE m.kind = 'booking.requested' AND b.org_id = m.org_id AND b.id = (m.payload ->> 'booking_id')::bigint
      AND b.status = 'PENDING' AND $5::bytea IS NOT NULL
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at)
    SELECT r.org_id, $5::bytea, r.manage_token_hash, $3::timestamptz
    FROM retried m JOIN ticket_reservations r ON r.org_id = m.org_id AND r.id = m.reservation_id
    WHERE $5::bytea IS NOT NULL
)
SELECT id FROM retried;

-- name: discard
-- Drops a message for the reason $4. Returns the id, or nothing if it is settled or being sent.
UPDATE mail_outbox
SET status = 'DROPPED', last_error = $4::text, payload = '{}', leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND status IN ('PENDING', 'DEAD')
  AND (leased_until IS NULL OR leased_until <= $3::timestamptz)
RETURNING id;
