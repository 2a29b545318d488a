-- The outbox: rows written in the transaction of the action they report, sent afterwards, at least once.

-- name: claim
-- Up to $3 due messages, leased to $4 until $2: with $5 = 1 those that are no use after some moment, with 0 all the others. Rows
-- that another process holds are passed over, so processes never wait for each other. Counts the attempt. Those tried least
-- come first, so that one that breaks the connection every time holds up no other.
WITH due AS (
    SELECT org_id, id
    FROM mail_outbox
    WHERE status = 'PENDING' AND num_nonnulls(not_after) = $5::integer AND next_attempt_at <= $1::timestamptz
      AND (leased_until IS NULL OR leased_until <= $1::timestamptz)
    ORDER BY next_attempt_at
    LIMIT $3::integer
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE mail_outbox o
    SET leased_until = $2::timestamptz, lease_id = $4::uuid, attempts = o.attempts + 1
    FROM due
    WHERE o.org_id = due.org_id AND o.id = due.id
    RETURNING o.org_id, o.id, o.kind, o.channel, o.reservation_id, o.recipient, o.language, o.payload, o.not_after,
              o.attempts, o.created_at
)
SELECT c.*, g.name AS organisation
FROM claimed c
JOIN organisations g ON g.id = c.org_id
ORDER BY c.attempts, c.id;

-- name: parties
-- The whole parties of some reservations, cancelled ones included: one row per place and per $1, the number under which it
-- was asked for. A party is what shares one manage token.
SELECT DISTINCT ON (a.n, r.id)
       a.n, r.id AS reservation_id, r.status, r.calendar_sequence, t.code AS ticket_code, t.status AS ticket_status,
       t.customer_name, s.id AS slot_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       v.name AS venue_name, v.address, v.timezone, v.change_cutoff_hours
FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS a (n, org_id, reservation_id)
JOIN ticket_reservations f ON f.org_id = a.org_id AND f.id = a.reservation_id
JOIN ticket_reservations r ON r.manage_token_hash = f.manage_token_hash AND r.org_id = f.org_id
JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
JOIN venues v ON v.org_id = r.org_id AND v.id = r.venue_id
ORDER BY a.n, r.id;

-- name: mark_sent
-- The message is with the server. Its payload (the link's token) is no longer kept. Nothing happens when the lease was lost.
UPDATE mail_outbox
SET status = 'SENT', sent_at = $4::timestamptz, payload = '{}', last_error = NULL, leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: mark_deferred
-- Tried in vain; due again at $4.
UPDATE mail_outbox
SET next_attempt_at = $4::timestamptz, last_error = $5::text, leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: mark_dead
-- Given up for the reason $4. What would open something (links, a code) is not kept; what it was about is, for whoever
-- sends it again.
UPDATE mail_outbox
SET status = 'DEAD', last_error = $4::text, payload = payload - '{manage_token,waitlist_token,code,ticket_codes}'::text[],
    leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: mark_dropped
-- No longer worth sending, for the reason $4.
UPDATE mail_outbox
SET status = 'DROPPED', last_error = $4::text, payload = '{}', leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: release
-- Claimed but not tried: all that is left of lease $1 on channel $4 becomes due at $2, with the trouble $3 if there was one.
-- The attempt is not counted.
UPDATE mail_outbox
SET next_attempt_at = GREATEST(next_attempt_at, $2::timestamptz), attempts = attempts - 1,
    last_error = COALESCE($3::text, last_error), leased_until = NULL, lease_id = NULL
WHERE lease_id = $1::uuid AND channel = $4::text AND status = 'PENDING';

-- name: pending
-- How many messages wait.
SELECT count(*) FROM mail_outbox WHERE status = 'PENDING';
