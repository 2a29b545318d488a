-- Sign-in, and the count of failures that locks a name on known or unknown devices.

-- name: find_staff
-- The accounts of a name (lower case) in the organisation $2, or in any, with the venue of the session: the account's own, else
-- the organisation's first. At most $3 rows: with more the organisation must be named.
SELECT s.org_id, s.id, s.name, s.role, s.password_hash, s.pin_hash, coalesce(s.venue_id, 0) AS own_venue_id,
       coalesce(s.venue_id, (SELECT v.id FROM venues v WHERE v.org_id = s.org_id ORDER BY v.id LIMIT 1), 0) AS venue_id
  FROM staff s
 WHERE lower(s.username) = $1 AND ($2::bigint IS NULL OR s.org_id = $2) AND s.disabled_at IS NULL
 ORDER BY s.org_id
 LIMIT $3;

-- name: secrets_of_staff
SELECT username, password_hash, pin_hash FROM staff WHERE org_id = $1 AND id = $2;

-- name: hold_staff
-- Locks an enabled account, so that its session is written before or after a change of its scope or secret, and never beside it.
SELECT password_hash, pin_hash FROM staff WHERE org_id = $1 AND id = $2 AND disabled_at IS NULL FOR NO KEY UPDATE;

-- name: scope_of_staff
-- The scope of an account, and the venue of its session: its own, else the first of its scope, else the organisation's first.
-- `gates` has the names of those that still exist.
SELECT s.name, s.role, s.valid_from, s.valid_until, s.venue_ids, s.gate_ids, v.id AS venue_id, v.timezone, v.ip_allow_list,
       ARRAY(SELECT g.name FROM gates g WHERE g.org_id = s.org_id AND g.id = ANY (s.gate_ids) ORDER BY g.id) AS gates,
       ARRAY(SELECT f.starts_at FROM staff_shifts f WHERE f.staff_id = s.id AND f.org_id = s.org_id ORDER BY f.id) AS starts,
       ARRAY(SELECT f.ends_at FROM staff_shifts f WHERE f.staff_id = s.id AND f.org_id = s.org_id ORDER BY f.id) AS ends
  FROM staff s
  LEFT JOIN LATERAL (SELECT v.id, v.timezone, v.ip_allow_list FROM venues v
                      WHERE v.org_id = s.org_id AND (s.venue_ids = '{}' OR v.id = ANY (s.venue_ids))
                      ORDER BY (v.id = s.venue_id) IS TRUE DESC, v.id LIMIT 1) v ON true
 WHERE s.org_id = $1 AND s.id = $2;

-- name: hours_of_staff
-- When the right of an account holds: its two ends, and its shifts.
SELECT s.valid_from, s.valid_until,
       ARRAY(SELECT f.starts_at FROM staff_shifts f WHERE f.staff_id = s.id AND f.org_id = s.org_id ORDER BY f.id) AS starts,
       ARRAY(SELECT f.ends_at FROM staff_shifts f WHERE f.staff_id = s.id AND f.org_id = s.org_id ORDER BY f.id) AS ends
  FROM staff s
 WHERE s.org_id = $1 AND s.id = $2;

-- name: note_session
-- Records a new session of an account, and when its owner signed in last.
WITH noted AS (UPDATE staff SET last_signed_in_at = $4 WHERE org_id = $1 AND id = $2)
INSERT INTO staff_sessions (org_id, staff_id, jti, issued_at, expires_at, last_seen_at, client_ip, device)
VALUES ($1, $2, $3, $4, $5, $4, $6, $7);

-- name: count_attempt
-- Counts an attempt before its secret is compared, in one statement, so that parallel guesses cannot exceed the limit.
-- $1 bucket, $2 now, $3 end of a window that begins now, $4 attempts that may be compared. If the returned count is above $4,
-- this attempt may not be compared. The count restarts when the lock has expired, or without a lock the window.
INSERT INTO sign_in_attempts AS a (bucket, failures, window_ends) VALUES ($1, 1, $3)
ON CONFLICT (bucket) DO UPDATE
   SET failures = CASE WHEN coalesce(a.locked_until, a.window_ends) <= $2 THEN 1 ELSE least(a.failures + 1, $4::int + 1) END,
       window_ends = CASE WHEN coalesce(a.locked_until, a.window_ends) <= $2 THEN $3 ELSE a.window_ends END,
       locked_until = CASE WHEN a.locked_until <= $2 THEN NULL ELSE a.locked_until END
RETURNING failures, window_ends, locked_until;

-- name: lock_out
-- After a failure: locks the bucket until $2 if $3 attempts have been counted. A lock is never prolonged.
UPDATE sign_in_attempts SET locked_until = $2 WHERE bucket = $1 AND failures >= $3::int AND locked_until IS NULL;

-- name: forgive_attempt
-- Takes back a counted attempt that was no failure.
UPDATE sign_in_attempts SET failures = failures - 1 WHERE bucket = $1 AND failures > 0 AND locked_until IS NULL;

-- name: clear_attempts
DELETE FROM sign_in_attempts WHERE bucket = $1;

-- name: drop_run_out_attempts
DELETE FROM sign_in_attempts WHERE coalesce(locked_until, window_ends) <= $1;
