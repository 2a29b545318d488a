-- Opening hours and closed days of venues. Locks: the venue, so that of two who make its slots the second sees those of the first.

-- name: lock_venue
-- A venue, locked against others who make slots from its hours. Nobody who books or scans waits for it.
SELECT org_id, id, name, timezone FROM venues WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: venue_names
-- The venues of an organisation, the first one first.
SELECT id, name, timezone FROM venues WHERE org_id = $1 ORDER BY id;

-- name: read_week
-- The version of a venue's week; nothing if it has none yet.
SELECT version FROM opening_weeks WHERE org_id = $1 AND id = $2;

-- name: read_hours
SELECT weekday, opens, closes, minutes, capacity FROM opening_hours WHERE venue_id = $2 AND org_id = $1 ORDER BY weekday, opens, id;

-- name: write_week
-- The week of a venue that the caller has locked has changed. Returns its new version.
INSERT INTO opening_weeks AS w (org_id, id, updated_at) VALUES ($1, $2, $3)
ON CONFLICT (org_id, id) DO UPDATE SET version = w.version + 1, updated_at = excluded.updated_at
RETURNING version;

-- name: drop_hours
DELETE FROM opening_hours WHERE venue_id = $2 AND org_id = $1;

-- name: add_hours
INSERT INTO opening_hours (org_id, venue_id, weekday, opens, closes, minutes, capacity)
SELECT $1, $2, a.* FROM unnest($3::smallint[], $4::time[], $5::time[], $6::integer[], $7::integer[])
       AS a (weekday, opens, closes, minutes, capacity);

-- name: list_closed_days
-- The closed days of an organisation from $3 to $4 in order, of one venue or all, after the day $5 with the id $6.
SELECT c.id, c.venue_id, v.name AS venue, c.date, c.name, c.hours, c.source, c.version
  FROM closed_days c JOIN venues v ON v.org_id = c.org_id AND v.id = c.venue_id
 WHERE c.org_id = $1 AND ($2::bigint IS NULL OR c.venue_id = $2) AND ($3::date IS NULL OR c.date >= $3)
   AND ($4::date IS NULL OR c.date <= $4) AND ($5::date IS NULL OR (c.date, c.id) > ($5, $6::bigint))
 ORDER BY c.date, c.id LIMIT $7;

-- name: read_closed_day
SELECT c.id, c.venue_id, v.name AS venue, c.date, c.name, c.hours, c.source, c.version
  FROM closed_days c JOIN venues v ON v.org_id = c.org_id AND v.id = c.venue_id
 WHERE c.org_id = $1 AND c.id = $2;

-- name: lock_closed_day
SELECT id, version FROM closed_days WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: add_closed_days
-- Adds closed days and returns their ids. A day that the venue has already is left as it is.
INSERT INTO closed_days (org_id, venue_id, date, name, hours, source, created_at)
SELECT $1, $2, a.date, a.name, a.hours, $6, $7 FROM unnest($3::date[], $4::text[], $5::jsonb[]) AS a (date, name, hours)
ON CONFLICT ON CONSTRAINT closed_days_once DO NOTHING
RETURNING id, date;

-- name: change_closed_day
UPDATE closed_days SET date = coalesce($3, date), name = coalesce($4, name), hours = coalesce($5::jsonb, hours), version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: delete_closed_day
DELETE FROM closed_days WHERE org_id = $1 AND id = $2;
