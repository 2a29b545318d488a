-- Sessions ended before their time.

-- name: end_session
INSERT INTO revoked_sessions (org_id, jti, expires_at) VALUES ($1, $2, $3);

-- name: end_sessions_of_staff
-- Every session of a member of staff issued before $3.
INSERT INTO revoked_sessions (org_id, staff_id, issued_before, expires_at) VALUES ($1, $2, $3, $4);

-- name: ended_sessions
SELECT org_id, jti, staff_id, issued_before, expires_at FROM revoked_sessions WHERE expires_at > $1;

-- name: drop_run_out
-- Those that would have ended by now anyway.
DELETE FROM revoked_sessions WHERE expires_at <= $1;
