-- Sessions: those ended before their token expires, and the list of those that go on.

-- name: end_session
INSERT INTO revoked_sessions (org_id, jti, expires_at) VALUES ($1, $2, $3);

-- name: end_sessions_of_staff
-- Ends every session of a staff member that was issued before $3.
INSERT INTO revoked_sessions (org_id, staff_id, issued_before, expires_at) VALUES ($1, $2, $3, $4);

-- name: end_sessions_of_people
-- Ends the sessions on the list of these people ($2), but the one whose token has the id $3, and takes them from it. Returns the
-- ids of their tokens. The caller holds the rows of the people, so that no session is missed, whatever the clock that issued it.
WITH gone AS (
    DELETE FROM staff_sessions
     WHERE org_id = $1 AND staff_id = ANY ($2::bigint[]) AND jti IS DISTINCT FROM $3::text
    RETURNING jti, expires_at
), ended AS (
    INSERT INTO revoked_sessions (org_id, jti, expires_at) SELECT $1, jti, expires_at FROM gone
)
SELECT jti FROM gone;

-- name: hold_with_password_session
-- The people with a session that began with a password. Locks them, so that sign-ins come before or after.
SELECT s.id, s.role
  FROM staff s
 WHERE s.org_id = $1
   AND EXISTS (SELECT FROM staff_sessions n
                WHERE n.org_id = s.org_id AND n.staff_id = s.id AND coalesce(n.began_with, 'password') = 'password')
 ORDER BY s.id
   FOR NO KEY UPDATE OF s;

-- name: end_password_sessions
-- As `end_sessions_of_people`, of those that began with a password.
WITH gone AS (
    DELETE FROM staff_sessions
     WHERE org_id = $1 AND staff_id = ANY ($2::bigint[]) AND coalesce(began_with, 'password') = 'password'
       AND jti IS DISTINCT FROM $3::text
    RETURNING jti, expires_at
), ended AS (
    INSERT INTO revoked_sessions (org_id, jti, expires_at) SELECT $1, jti, expires_at FROM gone
)
SELECT jti FROM gone;

-- name: end_sessions_of_disabled
-- Ends the sessions of people who are disabled, and takes them from the list: whoever disabled them may have used SQL alone. In the
-- order of the key, so that two processes cannot deadlock.
WITH disabled AS (
    SELECT s.org_id, s.id
      FROM staff_sessions s JOIN staff p ON p.org_id = s.org_id AND p.id = s.staff_id
     WHERE p.disabled_at IS NOT NULL
     ORDER BY s.org_id, s.id
       FOR UPDATE OF s
), gone AS (
    DELETE FROM staff_sessions s USING disabled d WHERE s.org_id = d.org_id AND s.id = d.id
    RETURNING s.org_id, s.jti, s.expires_at
)
INSERT INTO revoked_sessions (org_id, jti, expires_at) SELECT org_id, jti, expires_at FROM gone WHERE expires_at > $1;

-- name: ended_sessions
SELECT org_id, jti, staff_id, issued_before, expires_at FROM revoked_sessions WHERE expires_at > $1;

-- name: drop_run_out
-- Deletes revocations whose tokens have expired.
DELETE FROM revoked_sessions WHERE expires_at <= $1;

-- name: list_sessions
-- The sessions of a person that have neither expired nor been ended, the newest first.
SELECT s.id, s.jti, s.issued_at, s.expires_at, s.last_seen_at, s.client_ip, s.device
  FROM staff_sessions s
 WHERE s.org_id = $1 AND s.staff_id = $2 AND s.expires_at > $3
 ORDER BY s.issued_at DESC, s.id DESC
 LIMIT 200;

-- name: take_session
-- Deletes a session of a person from the list, to be ended.
DELETE FROM staff_sessions WHERE org_id = $1 AND staff_id = $2 AND id = $3 RETURNING jti, expires_at;

-- name: take_other_sessions
-- Deletes all sessions of a person but the one with the id $3 of its token from the list, to be ended.
DELETE FROM staff_sessions WHERE org_id = $1 AND staff_id = $2 AND jti <> $3 RETURNING jti, expires_at;

-- name: forget_session
DELETE FROM staff_sessions WHERE org_id = $1 AND jti = $2;

-- name: note_seen
-- Notes when sessions were seen last: $1 organisations, $2 ids of their tokens, $3 moments. In the order of the key, so that
-- two processes cannot deadlock.
WITH seen AS (
    SELECT s.org_id, s.id, a.at
      FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS a (org_id, jti, at)
      JOIN staff_sessions s ON s.jti = a.jti AND s.org_id = a.org_id
     WHERE s.last_seen_at < a.at
     ORDER BY s.org_id, s.id
       FOR NO KEY UPDATE OF s
)
UPDATE staff_sessions s SET last_seen_at = seen.at FROM seen WHERE s.org_id = seen.org_id AND s.id = seen.id;

-- name: drop_expired_sessions
DELETE FROM staff_sessions WHERE expires_at <= $1;
