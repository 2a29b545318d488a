-- Enrolled scanners. A statement that changes one sets `changed_at`, so that every process finds it if an announcement is lost.

-- name: add_scanner
-- Adds a scanner that waits for its enrolment code, and returns its id; nothing if the organisation has no such venue.
INSERT INTO scanners (org_id, venue_id, gate_id, name, mode, code_hash, code_expires_at, created_at, changed_at)
SELECT v.org_id, v.id, $3, $4, $5, $6, $7, $8, $8 FROM venues v WHERE v.org_id = $1 AND v.id = $2
RETURNING id;

-- name: read_scanner
SELECT s.*, v.name AS venue, v.timezone, g.name AS gate
  FROM scanners s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN gates g ON g.org_id = s.org_id AND g.id = s.gate_id
 WHERE s.org_id = $1 AND s.id = $2;

-- name: list_scanners
-- The scanners of an organisation with ids below $3, newest first: of venue $2, in one of the states ($4 true: of no use any
-- more, false: the others), with a name like $5 or at such a gate. A filter that is NULL admits all.
SELECT s.*, v.name AS venue, v.timezone, g.name AS gate
  FROM (SELECT * FROM scanners s
         WHERE s.org_id = $1 AND s.id < $3 AND ($2::bigint IS NULL OR s.venue_id = $2)
           AND ($4::boolean IS NULL OR (s.revoked_at IS NOT NULL) = $4)
           AND ($5::text IS NULL OR s.name ILIKE $5
                OR EXISTS (SELECT 1 FROM gates g WHERE g.org_id = s.org_id AND g.id = s.gate_id AND g.name ILIKE $5))
         ORDER BY s.id DESC LIMIT $6) s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN LATERAL (SELECT g.name FROM gates g WHERE g.org_id = s.org_id AND g.id = s.gate_id LIMIT 1) g ON true
 ORDER BY s.id DESC;

-- name: lock_scanner
SELECT id, venue_id, version FROM scanners WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: find_gate
SELECT id FROM gates WHERE org_id = $1 AND venue_id = $2 AND name = $3;

-- name: change_scanner
-- Changes a scanner that the caller has locked.
UPDATE scanners
   SET name = $3, venue_id = $4, gate_id = $5, mode = $6, changed_at = $7, version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: renew_code
-- Gives a scanner that the caller has locked a new code. Its token stays until the code is used.
UPDATE scanners SET code_hash = $3, code_expires_at = $4, changed_at = $5, version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: revoke_scanner
-- Ends the use of a scanner that the caller has locked: its token and its code work no more.
UPDATE scanners
   SET revoked_at = coalesce(revoked_at, $3), code_hash = NULL, code_expires_at = NULL, changed_at = $3, version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: wipe_scanner
-- Asks a scanner that the caller has locked to delete what it keeps off line: `after_sync` or `now`.
UPDATE scanners
   SET wipe = $3, wiped_at = NULL, wiped_lost = NULL, code_hash = NULL, code_expires_at = NULL,
       revoked_at = CASE WHEN $3 = 'now' THEN coalesce(revoked_at, $4) ELSE revoked_at END, changed_at = $4, version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: enrol_scanner
-- Exchanges the code with hash $1 for the token with hash $2, once; returns nothing for another code or a used or expired one.
UPDATE scanners
   SET token_hash = $2, code_hash = NULL, code_expires_at = NULL, enrolled_at = $3, last_seen_at = $3, revoked_at = NULL,
       wipe = NULL, wiped_at = NULL, wiped_lost = NULL, changed_at = $3, version = version + 1
 WHERE code_hash = $1 AND code_expires_at > $3
RETURNING org_id, id;

-- name: find_scanner
-- The scanner whose token has this hash, whatever became of it.
SELECT s.org_id, s.id, s.venue_id, s.name, s.mode, s.wipe, s.wiped_at, s.revoked_at, s.version, g.name AS gate, v.name AS venue
  FROM scanners s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN gates g ON g.org_id = s.org_id AND g.id = s.gate_id
 WHERE s.token_hash = $1;

-- name: see_scanner
-- Notes the contact of a scanner, at most once a minute.
UPDATE scanners SET last_seen_at = $3::timestamptz
 WHERE org_id = $1 AND id = $2 AND (last_seen_at IS NULL OR last_seen_at < $3::timestamptz - interval '1 minute');

-- name: note_wiped
-- Notes that a scanner has deleted what it kept, with the number of scans that it had not sent. Its token ends with that.
UPDATE scanners
   SET wiped_at = $3, wiped_lost = $4, revoked_at = coalesce(revoked_at, $3), changed_at = $3, version = version + 1
 WHERE org_id = $1 AND id = $2 AND wipe IS NOT NULL AND wiped_at IS NULL
RETURNING id;

-- name: changed_scanners
-- The scanners changed after $1.
SELECT org_id, id FROM scanners WHERE changed_at > $1 AND enrolled_at IS NOT NULL;

-- name: venues_and_gates
-- The venues of an organisation with the names of their gates, for the choice of a scanner's place.
SELECT v.id, v.name, coalesce(array_agg(g.name ORDER BY g.name) FILTER (WHERE g.id IS NOT NULL), '{}') AS gates
  FROM venues v LEFT JOIN gates g ON g.org_id = v.org_id AND g.venue_id = v.id
 WHERE v.org_id = $1
 GROUP BY v.id, v.name
 ORDER BY v.name, v.id;
