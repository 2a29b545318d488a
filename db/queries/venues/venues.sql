-- Organisations and venues. `venue_update` in hub/actions/venues/venues.py builds the statement that changes a venue, from the
-- columns of hub/rules/venue_policies.py. A whole row of `venues` has every policy.

-- name: read_venue
SELECT * FROM venues WHERE org_id = $1 AND id = $2;

-- name: cached_venue
-- A venue with its logo, the dates of its slots that end on a later date than they begin, and the last of these ends: 40 days back
-- from $3.
SELECT v.*, encode(g.hash, 'hex') AS logo, g.width AS logo_width, g.height AS logo_height, l.late_days, l.late_ends
  FROM venues v
  LEFT JOIN venue_logos g ON g.org_id = v.org_id AND g.venue_id = v.id
 CROSS JOIN LATERAL (
       SELECT array_agg(d.date) AS late_days, array_agg(d.ends_at) AS late_ends
         FROM (SELECT s.date, max(s.ends_at) AS ends_at FROM reservation_slots s
                WHERE s.venue_id = v.id AND s.org_id = v.org_id AND s.end_time <= s.start_time AND s.cancelled_at IS NULL
                  AND s.date BETWEEN $3::date - 40 AND $3::date + 2
                GROUP BY s.date) d) l
 WHERE v.org_id = $1 AND v.id = $2;

-- name: venue_row
-- All columns of a venue by its id alone.
SELECT * FROM venues WHERE id = $1;

-- name: lock_policies
-- The same, locked as `lock_venue` locks it.
SELECT * FROM venues WHERE id = $1 FOR UPDATE;

-- name: organisations
SELECT id, slug, name FROM organisations;

-- name: venue_anywhere
-- A venue by its id alone, for commands that are not given an organisation.
SELECT org_id, id, name, timezone FROM venues WHERE ($1::bigint IS NULL OR id = $1) ORDER BY org_id, id LIMIT 2;

-- name: all_venues
SELECT v.*, o.name AS organisation
  FROM venues v JOIN organisations o ON o.id = v.org_id
 ORDER BY v.org_id, v.id;

-- name: venues_to_book
-- Every venue, in order of organisation and id. `offers`: it has slots for tickets that are not over at $1.
SELECT v.org_id, v.id, v.slug,
       EXISTS (SELECT 1 FROM reservation_slots s
                     WHERE s.venue_id = v.id AND s.org_id = v.org_id AND s.starts_at > $1::timestamptz - interval '1 day' AND s.ends_at > $1
                        AND s.show_id IS NULL AND NOT s.for_guests) AS offers
  FROM venues v
 ORDER BY v.org_id, v.id;

-- name: add_organisation
INSERT INTO organisations (name) VALUES ($1) RETURNING id;

-- name: add_venue
INSERT INTO venues (org_id, name, timezone) VALUES ($1, $2, $3) RETURNING id;

-- name: add_gate
INSERT INTO gates (org_id, venue_id, name) VALUES ($1, $2, $3) RETURNING id;

-- name: list_venues
-- The venues of an organisation with ids below $2, newest first. `gates` counts those that are not retired.
SELECT v.id AS venue_id, v.name, v.timezone, v.address, v.country, v.language, v.version,
       encode(p.hash, 'hex') AS logo, p.width AS logo_width, p.height AS logo_height,
       (SELECT count(*) FROM gates g WHERE g.org_id = v.org_id AND g.venue_id = v.id AND g.retired_at IS NULL) AS gates,
       EXISTS (SELECT 1 FROM reservation_slots s WHERE s.venue_id = v.id AND s.org_id = v.org_id) AS has_slots
  FROM venues v
  LEFT JOIN venue_logos p ON p.org_id = v.org_id AND p.venue_id = v.id
 WHERE v.org_id = $1 AND v.id < $2
 ORDER BY v.id DESC LIMIT $3;

-- name: read_venue_record
-- One venue, as `list_venues` has it.
SELECT v.id AS venue_id, v.name, v.timezone, v.address, v.country, v.language, v.version,
       encode(p.hash, 'hex') AS logo, p.width AS logo_width, p.height AS logo_height,
       (SELECT count(*) FROM gates g WHERE g.org_id = v.org_id AND g.venue_id = v.id AND g.retired_at IS NULL) AS gates,
       EXISTS (SELECT 1 FROM reservation_slots s WHERE s.venue_id = v.id AND s.org_id = v.org_id) AS has_slots
  FROM venues v
  LEFT JOIN venue_logos p ON p.org_id = v.org_id AND p.venue_id = v.id
 WHERE v.org_id = $1 AND v.id = $2;

-- name: lock_venue
-- A venue, locked also against new slots, whose foreign key waits: its time zone and its deletion depend on them.
SELECT id, version FROM venues WHERE org_id = $1 AND id = $2 FOR UPDATE;

-- name: add_described_venue
INSERT INTO venues (org_id, name, timezone, address, country, language) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: describe_venue
-- Changes a venue that the caller has locked. NULL leaves a column as it is.
UPDATE venues
   SET name = coalesce($3, name), timezone = coalesce($4, timezone), address = coalesce($5, address),
       country = coalesce($6, country), language = coalesce($7, language), version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: delete_venue
-- Foreign keys refuse this if anything belongs to the venue; scans have none, and are looked for
-- in the order of the index by venue: for NOT EXISTS the planner may read the whole log. Returns the id if the venue is deleted.
DELETE FROM venues v
 WHERE v.org_id = $1 AND v.id = $2
   AND (SELECT e.scan_id FROM scans e WHERE e.venue_id = v.id AND e.org_id = v.org_id ORDER BY e.venue_id, e.logged_at LIMIT 1) IS NULL
RETURNING v.id;

-- name: has_slots
SELECT EXISTS (SELECT 1 FROM reservation_slots WHERE venue_id = $1);

-- name: first_venue
SELECT min(id) FROM venues WHERE org_id = $1;
