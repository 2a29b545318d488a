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
INSERT INTO staff_sessions (org_id, staff_id, jti, issued_at, expires_at, last_seen_at, client_ip, device, began_with)
VALUES ($1, $2, $3, $4, $5, $4, $6, $7, $8);

-- name: count_attempt
-- Counts an attempt before its secret is compared, in one statement, so that parallel guesses cannot exceed the limit.
-- $1 bucket, $2 now, $3 length of a window and of a first lock, $4 attempts that may be compared, $5 the longest lock, $6 a time
-- without attempts after which earlier locks are forgotten. If the returned count is above $4, this attempt may not be compared.
-- The count restarts when the lock has expired, or without a lock the window. An end that lies further ahead than it ever can
-- was written while the clock was wrong, and counts as expired. The clocks of processes may differ by a minute.
INSERT INTO sign_in_attempts AS a (bucket, failures, window_ends) VALUES ($1, 1, $2::timestamptz + $3::interval)
ON CONFLICT (bucket) DO UPDATE
   SET (failures, window_ends, locked_until, locks) =
       (SELECT CASE WHEN over THEN 1 ELSE least(a.failures + 1, $4::int + 1) END,
               CASE WHEN over THEN $2 + $3 ELSE a.window_ends END,
               CASE WHEN over THEN NULL ELSE a.locked_until END,
               CASE WHEN ends + $6::interval <= $2 THEN 0 ELSE a.locks END
          FROM (SELECT ends, ends <= $2 OR ends > $2 + longest + interval '1 minute' AS over
                  FROM (SELECT coalesce(a.locked_until, a.window_ends) AS ends,
                               CASE WHEN a.locked_until IS NULL THEN $3
                                    ELSE least($3 * power(2, least(a.locks - 1, 20)), $5::interval) END AS longest) e) o)
RETURNING failures, window_ends, locked_until;

-- name: lock_out
-- After a failure: locks the bucket from $2 on if $3 attempts have been counted, for $4. Every further lock is twice as long as
-- the one before, and none longer than $5. A lock is never prolonged. Returns how many locks followed one another.
UPDATE sign_in_attempts
   SET locked_until = $2::timestamptz + least($4::interval * power(2, least(locks, 20)), $5::interval), locks = locks + 1
 WHERE bucket = $1 AND failures >= $3::int AND locked_until IS NULL
RETURNING locks;

-- name: forgive_attempt
-- Takes back a counted attempt that was no failure.
UPDATE sign_in_attempts SET failures = failures - 1 WHERE bucket = $1 AND failures > 0 AND locked_until IS NULL;

-- name: clear_attempts
DELETE FROM sign_in_attempts WHERE bucket = $1;

-- name: drop_run_out_attempts
-- What ended before $1, and what was locked only if it ended before $2.
DELETE FROM sign_in_attempts WHERE coalesce(locked_until, window_ends) <= CASE WHEN locks = 0 THEN $1::timestamptz ELSE $2 END;
