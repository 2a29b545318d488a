-- One-time codes for a customer's address: sent through the outbox, compared at most three times, valid once.

-- name: codes_asked_for
-- Whether any venue of organisation $1 asks for codes by channel $2. Without one, nobody can make the hub send messages.
SELECT EXISTS (SELECT FROM venues WHERE org_id = $1 AND contact_check IN ($2::text, 'both'));

-- name: hold_address
-- Locks the address hash $1 until the transaction ends, so that parallel requests cannot exceed the limits.
SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 4));

-- name: sent_since
-- The times after $3 at which codes were sent to the address hash $2, newest first.
SELECT created_at FROM contact_codes
 WHERE org_id = $1 AND address_hash = $2 AND created_at > $3::timestamptz
 ORDER BY created_at DESC;

-- name: add_code
-- Adds a code for an address and its message in one statement. An older code of the address becomes invalid now ($5), and
-- its message is not sent if it still waits.
WITH voided AS (
    UPDATE contact_codes SET voided_at = $5
     WHERE org_id = $1 AND address_hash = $4 AND voided_at IS NULL AND confirmed_at IS NULL
    RETURNING outbox_id
), stopped AS (
    UPDATE mail_outbox o SET not_after = $5 FROM voided v WHERE o.org_id = $1 AND o.id = v.outbox_id AND o.status = 'PENDING'
), message AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, channel, not_after, next_attempt_at, created_at)
    VALUES ($1, 'contact.code', $8::text, $9::jsonb, $10::text, $11::text, $6, $5, $5)
    RETURNING id
)
INSERT INTO contact_codes (org_id, id, channel, address_hash, code_hash, created_at, expires_at, outbox_id)
SELECT $1::bigint, $2::uuid, $3::text, $4::bytea, $7::bytea, $5::timestamptz, $6::timestamptz, message.id FROM message;

-- name: lock_code
-- The code of a challenge, locked, so that a parallel guess waits until this guess is counted.
SELECT org_id, id, channel, address_hash, code_hash, tries, expires_at, voided_at, confirmed_at
  FROM contact_codes WHERE id = $1 FOR NO KEY UPDATE;

-- name: count_try
-- Counts a guess before it is compared.
UPDATE contact_codes SET tries = tries + 1 WHERE org_id = $1 AND id = $2;

-- name: confirm_code
UPDATE contact_codes SET confirmed_at = $3 WHERE org_id = $1 AND id = $2;

-- name: drop_old_codes
-- Deletes codes older than $1, which no limit counts any more.
DELETE FROM contact_codes WHERE created_at < $1;
