-- Organisations and venues.

-- name: read_venue
SELECT name, timezone, unreserved_entry, late_entry_minutes, early_entry_minutes, show_contact, change_cutoff_hours
  FROM venues WHERE org_id = $1 AND id = $2;

-- name: organisations
SELECT id FROM organisations;

-- name: venue_anywhere
-- A venue by its id alone, for commands that are not given an organisation.
SELECT org_id, id, name, timezone FROM venues WHERE ($1::bigint IS NULL OR id = $1) ORDER BY org_id, id LIMIT 2;
