-- Gates of venues. Scans name a gate by its text, so a gate that was used is retired and not deleted.

-- name: list_gates
-- The gates of an organisation, or of its venue $2, with ids below $3, newest first.
SELECT g.id AS gate_id, g.venue_id, v.name AS venue, g.name, g.retired_at, g.version
  FROM gates g
  JOIN venues v ON v.org_id = g.org_id AND v.id = g.venue_id
 WHERE g.org_id = $1 AND ($2::bigint IS NULL OR g.venue_id = $2) AND g.id < $3
 ORDER BY g.id DESC LIMIT $4;

-- name: names_in_use
-- The names of a venue's gates that are not retired.
SELECT name FROM gates WHERE org_id = $1 AND venue_id = $2 AND retired_at IS NULL ORDER BY name;

-- name: read_gate
SELECT g.id AS gate_id, g.venue_id, v.name AS venue, g.name, g.retired_at, g.version
  FROM gates g
  JOIN venues v ON v.org_id = g.org_id AND v.id = g.venue_id
 WHERE g.org_id = $1 AND g.id = $2;

-- name: add_gate
-- Adds a gate to a venue of the organisation and returns its id; nothing if the organisation has no such venue.
INSERT INTO gates (org_id, venue_id, name)
SELECT v.org_id, v.id, $3 FROM venues v WHERE v.org_id = $1 AND v.id = $2
RETURNING id;

-- name: lock_gate
SELECT id, venue_id, name, version FROM gates WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: change_gate
-- Changes a gate that the caller has locked. A NULL name leaves it. $4 retires it at $5 or opens it again; NULL leaves that too.
UPDATE gates
   SET name = coalesce($3, name), version = version + 1,
       retired_at = CASE WHEN $4::boolean IS NULL THEN retired_at WHEN $4 THEN coalesce(retired_at, $5) END
 WHERE org_id = $1 AND id = $2;

-- name: hold_people_of_gate
-- The people whose scope names this gate. Locks them, so that a sign-in has the name of before and is known, or has the new one.
SELECT id FROM staff WHERE org_id = $1 AND gate_ids @> ARRAY[$2::bigint] ORDER BY id FOR NO KEY UPDATE;

-- name: renew_scanners_of_gate
-- Gives the scanners at a gate a new version, and returns them as their tokens find them.
WITH held AS (
    SELECT s.org_id, s.id FROM scanners s WHERE s.org_id = $1 AND s.gate_id = $2 ORDER BY s.id FOR NO KEY UPDATE
), renewed AS (
    UPDATE scanners s SET changed_at = $3, version = s.version + 1
      FROM held h WHERE s.org_id = h.org_id AND s.id = h.id
    RETURNING s.*
)
SELECT s.org_id, s.id, s.venue_id, s.name, s.mode, s.wipe, s.wiped_at, s.revoked_at, s.version, g.name AS gate, v.name AS venue
  FROM renewed s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  JOIN gates g ON g.org_id = s.org_id AND g.id = s.gate_id;

-- name: is_named_by_scans
-- Whether a scan at venue $2 that was logged from $4 to $5 names the gate $3.
SELECT EXISTS (SELECT 1 FROM scans e
                WHERE e.venue_id = $2 AND e.org_id = $1 AND e.gate = $3 AND e.logged_at >= $4 AND e.logged_at < $5);

-- name: delete_gate
DELETE FROM gates WHERE org_id = $1 AND id = $2;
