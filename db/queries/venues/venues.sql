-- Organisations and venues. `venue_update` in hub/actions/venues/venues.py builds the statement that changes a venue, from the
-- columns of hub/rules/venue_policies.py. A whole row of `venues` has every policy.

-- name: read_venue
SELECT * FROM venues WHERE org_id = $1 AND id = $2;

-- name: venue_row
-- All columns of a venue by its id alone.
SELECT * FROM venues WHERE id = $1;

-- name: organisations
SELECT id FROM organisations;

-- name: venue_anywhere
-- A venue by its id alone, for commands that are not given an organisation.
SELECT org_id, id, name, timezone FROM venues WHERE ($1::bigint IS NULL OR id = $1) ORDER BY org_id, id LIMIT 2;

-- name: all_venues
SELECT v.*, o.name AS organisation
  FROM venues v JOIN organisations o ON o.id = v.org_id
 ORDER BY v.org_id, v.id;

-- name: add_organisation
INSERT INTO organisations (name) VALUES ($1) RETURNING id;

-- name: add_venue
INSERT INTO venues (org_id, name, timezone) VALUES ($1, $2, $3) RETURNING id;

-- name: add_gate
INSERT INTO gates (org_id, venue_id, name) VALUES ($1, $2, $3) RETURNING id;

-- name: has_slots
SELECT EXISTS (SELECT 1 FROM reservation_slots WHERE venue_id = $1);

-- name: first_venue
SELECT min(id) FROM venues WHERE org_id = $1;
