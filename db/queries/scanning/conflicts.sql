-- Conflicts: an offline scanner let somebody in whom the hub would have refused.

-- name: note_conflicts
-- Stores each of the conflicts in $2 once, by its scan, and returns the new ones. Rows are written in the order of their keys,
-- because two processes with the same queue could otherwise wait for each other.
INSERT INTO scan_conflicts (org_id, scan_id, venue_id, operator_id, kind, offline_result, result, reason, code, ticket_id,
                            gate, device, scanned_at, logged_at, first_at, first_by, first_gate, people)
SELECT $1, c.scan_id, c.venue_id, c.operator_id, c.kind, c.offline_result, c.result, c.reason, c.code, c.ticket_id,
       c.gate, c.device, c.scanned_at, $3, c.first_at, c.first_by, c.first_gate, c.people
  FROM jsonb_to_recordset($2::text::jsonb)
       AS c (scan_id uuid, venue_id bigint, operator_id bigint, kind text, offline_result text, result text, reason text,
             code text, ticket_id bigint, gate text, device text, scanned_at timestamptz, first_at timestamptz,
             first_by bigint, first_gate text, people smallint)
 ORDER BY c.scan_id
ON CONFLICT (scan_id, org_id) DO NOTHING
RETURNING scan_id;

-- name: conflicts_of_scans
-- The conflicts of these scans, in no order.
SELECT c.*, o.name AS operator_name, f.name AS first_name, d.name AS decided_name
  FROM scan_conflicts c
  LEFT JOIN staff o ON o.org_id = c.org_id AND o.id = c.operator_id
  LEFT JOIN staff f ON f.org_id = c.org_id AND f.id = c.first_by
  LEFT JOIN staff d ON d.org_id = c.org_id AND d.id = c.decided_by
 WHERE c.scan_id = ANY ($2::uuid[]) AND c.org_id = $1;

-- name: list_conflicts
-- The newest conflicts before an id, newest first: of a venue ($2), of an operator ($3), open or decided ($4); NULL: any.
SELECT c.*, o.name AS operator_name, f.name AS first_name, d.name AS decided_name
  FROM scan_conflicts c
  LEFT JOIN staff o ON o.org_id = c.org_id AND o.id = c.operator_id
  LEFT JOIN staff f ON f.org_id = c.org_id AND f.id = c.first_by
  LEFT JOIN staff d ON d.org_id = c.org_id AND d.id = c.decided_by
 WHERE c.org_id = $1
   AND ($2::bigint IS NULL OR c.venue_id = $2)
   AND ($3::bigint IS NULL OR c.operator_id = $3)
   AND ($4::boolean IS NULL OR (c.decision IS NULL) = $4)
   AND ($5::bigint IS NULL OR c.id < $5)
 ORDER BY c.id DESC
 LIMIT $6;

-- name: decide_conflict
-- Stores the decision if there is none yet; otherwise returns no row. Locks the conflict before its ticket.
UPDATE scan_conflicts SET decision = $3, note = $4, decided_by = $5, decided_at = $6
 WHERE org_id = $1 AND id = $2 AND decision IS NULL
RETURNING id, scan_id, venue_id, code, gate, device, scanned_at, people;

-- name: note_entry
-- Stores the note of the decision with the entry or return that this transaction recorded.
UPDATE scans SET note = $3 WHERE org_id = $1 AND scan_id = $2 AND mode = 'override';

-- name: note_wanted
-- Stores how many people the queued scans in $2 let through ($3), once. One that came online too has its answer. Rows are locked in the order of their keys.
UPDATE scans s SET wanted = a.wanted
  FROM (SELECT e.scan_id, e.mode, a.wanted
          FROM unnest($2::uuid[], $3::smallint[]) AS a (scan_id, wanted)
          JOIN scans e ON e.org_id = $1 AND e.scan_id = a.scan_id AND e.mode IN ('verify', 'exit') AND e.source = 'sync'
                        AND e.wanted IS NULL
         ORDER BY e.scan_id, e.mode
           FOR NO KEY UPDATE OF e) a
 WHERE s.org_id = $1 AND s.scan_id = a.scan_id AND s.mode = a.mode;

-- name: scans_decided_again
-- Which of these ids of scans that are decided again are recorded, and not undone.
SELECT e.scan_id, e.mode, e.venue_id, e.code FROM scans e
 WHERE e.org_id = $1 AND e.scan_id = ANY ($2::uuid[]) AND (e.entered OR e.reason IN ('EXIT_RECORDED', 'RE_ENTRY'))
   AND NOT EXISTS (SELECT 1 FROM scans u WHERE u.undoes = e.scan_id AND u.org_id = e.org_id);

-- name: settle_conflicts
-- Closes the open conflicts of these scans, which were decided again and recorded whole, and returns them.
UPDATE scan_conflicts c SET decision = 'settled', decided_at = $3
 WHERE c.scan_id = ANY ($2::uuid[]) AND c.org_id = $1 AND c.decision IS NULL
RETURNING c.id;

-- name: change_conflicts
-- Stores for these scans ($2) the kind ($3) and the people ($4) of their conflicts, unless a person has decided, and returns those
-- that change. One that was settled is open again.
UPDATE scan_conflicts c SET kind = a.kind, people = a.people, decision = NULL, decided_at = NULL
  FROM unnest($2::uuid[], $3::text[], $4::smallint[]) AS a (scan_id, kind, people)
 WHERE c.scan_id = a.scan_id AND c.org_id = $1
   AND (c.decision IS NULL AND c.people <> a.people OR c.decision = 'settled')
RETURNING c.id;

-- name: read_conflict
SELECT c.*, o.name AS operator_name, f.name AS first_name, d.name AS decided_name
  FROM scan_conflicts c
  LEFT JOIN staff o ON o.org_id = c.org_id AND o.id = c.operator_id
  LEFT JOIN staff f ON f.org_id = c.org_id AND f.id = c.first_by
  LEFT JOIN staff d ON d.org_id = c.org_id AND d.id = c.decided_by
 WHERE c.org_id = $1 AND c.id = $2;

-- name: count_open_conflicts
-- The number of undecided conflicts, of a venue ($2) or of all.
SELECT count(*) FROM scan_conflicts
 WHERE org_id = $1 AND ($2::bigint IS NULL OR venue_id = $2) AND decision IS NULL;
