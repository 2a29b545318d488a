-- Second factors: time-based codes and recovery codes.

-- name: read_standing
-- The second factor of a person, if they have one, and what their organisation requires.
SELECT f.secret, f.last_step, f.made_at, coalesce(o.require_second_factor, 'none') AS requirement,
       coalesce(o.passwords, 'everybody') AS passwords, o.oidc_worked_at IS NOT NULL AS provider_worked,
       coalesce(o.oidc_label, '') AS oidc_label, g.name AS organisation,
       (SELECT count(*) FROM recovery_codes c WHERE c.org_id = f.org_id AND c.staff_id = f.staff_id AND c.used_at IS NULL)
       AS codes_left
  FROM organisations g
  LEFT JOIN second_factors f ON f.org_id = g.id AND f.staff_id = $2
  LEFT JOIN sign_in_settings o ON o.org_id = g.id
 WHERE g.id = $1;

-- name: use_code
-- Accepts the code of step $3 once: of two processes that saw the same code, the second waits for the first and then finds no row.
UPDATE second_factors SET last_step = $3, used_at = $4
 WHERE org_id = $1 AND staff_id = $2 AND last_step < $3
RETURNING staff_id;

-- name: use_recovery_code
-- Accepts a recovery code once.
UPDATE recovery_codes SET used_at = $4
 WHERE org_id = $1 AND staff_id = $2 AND code_hash = $3 AND used_at IS NULL
RETURNING id;

-- name: add_second_factor
-- Returns nothing if the person has one already. $4 is the step of the code that confirmed it, so that it signs nobody in again.
INSERT INTO second_factors (org_id, staff_id, secret, last_step, made_at, used_at)
VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (org_id, staff_id) DO NOTHING
RETURNING staff_id;

-- name: remove_second_factor
-- Its recovery codes go with it.
DELETE FROM second_factors WHERE org_id = $1 AND staff_id = $2 RETURNING staff_id;

-- name: lock_second_factor
SELECT staff_id FROM second_factors WHERE org_id = $1 AND staff_id = $2 FOR UPDATE;

-- name: drop_recovery_codes
DELETE FROM recovery_codes WHERE org_id = $1 AND staff_id = $2;

-- name: add_recovery_codes
INSERT INTO recovery_codes (org_id, staff_id, code_hash) SELECT $1, $2, hash FROM unnest($3::bytea[]) AS hash;

-- name: read_person
-- Whom a reset concerns: the name, role and scope, where mail goes, and in which language.
SELECT s.id, s.username, s.name, s.role, s.email, s.venue_id, s.venue_ids, g.name AS organisation,
       coalesce(v.language, 'en') AS language, coalesce(v.timezone, 'UTC') AS timezone
  FROM staff s JOIN organisations g ON g.id = s.org_id
  LEFT JOIN LATERAL (SELECT v.language, v.timezone FROM venues v WHERE v.org_id = s.org_id
                        AND (s.venue_id IS NULL OR v.id = s.venue_id) ORDER BY v.id LIMIT 1) v ON true
 WHERE s.org_id = $1 AND s.id = $2;

-- name: read_secrets
-- The stored hashes of a person who is not disabled, for a change that asks for the password or PIN again.
SELECT s.username, s.password_hash, s.pin_hash FROM staff s WHERE s.org_id = $1 AND s.id = $2 AND s.disabled_at IS NULL;

-- name: hold_signed_in
-- The people with a session on the list, each with what they have to sign in. Locks them, so that sign-ins come before or after.
SELECT s.id, s.role, s.password_hash IS NOT NULL AS has_password, s.pin_hash IS NOT NULL AS has_pin,
       EXISTS (SELECT FROM second_factors f WHERE f.org_id = s.org_id AND f.staff_id = s.id) AS has_one
  FROM staff s
 WHERE s.org_id = $1 AND EXISTS (SELECT FROM staff_sessions n WHERE n.org_id = s.org_id AND n.staff_id = s.id)
 ORDER BY s.id
   FOR NO KEY UPDATE OF s;

-- name: list_people
-- Staff by falling id below $2, each with what they have. $4: only those who have a second factor (true) or not (false).
-- Of a scope $6 that is not empty, only those who work at none but these venues.
SELECT s.id AS staff_id, s.username, s.name, s.role, s.password_hash IS NOT NULL AS has_password, f.made_at, f.used_at,
       a.linked_at, (SELECT count(*) FROM recovery_codes c
                      WHERE c.org_id = f.org_id AND c.staff_id = f.staff_id AND c.used_at IS NULL) AS codes_left
  FROM staff s
  LEFT JOIN second_factors f ON f.org_id = s.org_id AND f.staff_id = s.id
  LEFT JOIN provider_accounts a ON a.org_id = s.org_id AND a.staff_id = s.id AND a.issuer = $5
 WHERE s.org_id = $1 AND s.id < $2 AND s.disabled_at IS NULL AND ($4::boolean IS NULL OR $4 = (f.staff_id IS NOT NULL))
   AND ($6::bigint[] = '{}' OR s.venue_ids <> '{}' AND s.venue_ids <@ $6::bigint[])
 ORDER BY s.id DESC
 LIMIT $3;

-- name: sealed_with_other_keys
-- Secrets that are sealed with another key than the one whose mark is $1.
SELECT org_id, staff_id, secret FROM second_factors WHERE substring(secret FROM 1 FOR 4) <> $1 LIMIT 1000;

-- name: reseal_secret
UPDATE second_factors SET secret = $4 WHERE org_id = $1 AND staff_id = $2 AND secret = $3;

-- name: write_to_person
-- A mail about the account, in the transaction of its cause.
INSERT INTO mail_outbox (org_id, kind, channel, recipient, language, payload, next_attempt_at, created_at)
VALUES ($1, $2, 'mail', $3, $4, $5, $6, $6);
