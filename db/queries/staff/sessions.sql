-- Revoked sessions: those ended before their token expires.

-- name: end_session
INSERT INTO revoked_sessions (org_id, jti, expires_at) VALUES ($1, $2, $3);

-- name: end_sessions_of_staff
-- Ends every session of a staff member that was issued before $3.
INSERT INTO revoked_sessions (org_id, staff_id, issued_before, expires_at) VALUES ($1, $2, $3, $4);

-- name: ended_sessions
SELECT org_id, jti, staff_id, issued_before, expires_at FROM revoked_sessions WHERE expires_at > $1;

-- name: drop_run_out
-- Deletes revocations whose tokens have expired.
DELETE FROM revoked_sessions WHERE expires_at <= $1;
