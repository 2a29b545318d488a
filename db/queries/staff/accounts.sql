-- Staff accounts.

-- name: add_staff
-- The unique index staff_username_once refuses a name that is taken in this organisation, in any case.
INSERT INTO staff (org_id, venue_id, username, name, role, password_hash, pin_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id;

-- name: sign_in_names
-- Who signs in at the gates of a venue: its operators, the first $3 by name.
SELECT username, name FROM staff
 WHERE org_id = $1 AND disabled_at IS NULL AND role = 'OPERATOR' AND (venue_id IS NULL OR venue_id = $2)
 ORDER BY name, id LIMIT $3;

-- name: has_venue
SELECT EXISTS (SELECT 1 FROM venues WHERE org_id = $1 AND id = $2);
