-- Disputes: refused scans that a supervisor decides. `write_entry_scans` records the entry, and `write_movements` the return of a
-- holder who had left.
-- Locks: the dispute before its ticket. No transaction that has locked a ticket locks a dispute.

-- name: disputed_scan
-- The scan with this id that is neither undo nor override: the one that admitted the holder if there is one, else the newest.
SELECT e.scan_id, e.venue_id, e.operator_id, e.code, e.ticket_id, e.gate, e.result, e.reason, e.mode, e.people,
       e.entered OR e.reason = 'RE_ENTRY' AS let_in
  FROM scans e
 WHERE e.org_id = $1 AND e.scan_id = $2 AND e.mode IN ('validate', 'verify')
 ORDER BY let_in DESC, e.logged_at DESC
 LIMIT 1;

-- name: ask
-- Opens the dispute about a scan, once. Returns a row if it was not open before.
INSERT INTO disputes (org_id, scan_id, venue_id, operator_id, code, ticket_id, gate, device, result, reason, scanned_at, note,
                      asked_at, day)
SELECT e.org_id, e.scan_id, e.venue_id, e.operator_id, e.code, e.ticket_id, e.gate, e.device, e.result, e.reason, e.scanned_at,
       $3, $4,
       coalesce(e.day, (CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AT TIME ZONE
                        (SELECT v.timezone FROM venues v WHERE v.org_id = e.org_id AND v.id = e.venue_id))::date)
  FROM scans e
 WHERE e.org_id = $1 AND e.scan_id = $2 AND e.mode IN ('validate', 'verify')
 ORDER BY e.logged_at DESC
 LIMIT 1
ON CONFLICT (scan_id, org_id) DO NOTHING
RETURNING id;

-- name: settle
-- Stores the decision if there is none yet, with or without a question; otherwise returns no row. Locks the dispute until the
-- commit, so the second of two supervisors waits here and finds it decided.
INSERT INTO disputes AS d (org_id, scan_id, venue_id, operator_id, code, ticket_id, gate, device, result, reason, scanned_at,
                           decision, decision_reason, decided_by, decided_at, day)
SELECT e.org_id, e.scan_id, e.venue_id, e.operator_id, e.code, e.ticket_id, e.gate, e.device, e.result, e.reason, e.scanned_at,
       $3, $4, $5, $6,
       coalesce(e.day, (CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AT TIME ZONE
                        (SELECT v.timezone FROM venues v WHERE v.org_id = e.org_id AND v.id = e.venue_id))::date)
  FROM scans e
 WHERE e.org_id = $1 AND e.scan_id = $2 AND e.mode IN ('validate', 'verify')
 ORDER BY e.logged_at DESC
 LIMIT 1
ON CONFLICT (scan_id, org_id) DO UPDATE
   SET decision = EXCLUDED.decision, decision_reason = EXCLUDED.decision_reason, decided_by = EXCLUDED.decided_by,
       decided_at = EXCLUDED.decided_at
 WHERE d.decision IS NULL
RETURNING d.id;

-- name: withdraw
-- Withdraws the operator's question. Returns no row if it is decided, or another operator's.
UPDATE disputes SET decision = 'withdrawn', decided_by = $3, decided_at = $4
 WHERE org_id = $1 AND scan_id = $2 AND operator_id = $3 AND decision IS NULL
RETURNING id;

-- name: note_override
-- Stores the reason with the entry or return that this transaction recorded.
UPDATE scans SET note = $3 WHERE org_id = $1 AND scan_id = $2 AND mode = 'override';

-- name: standing_entry
-- The scan that admitted this ticket and was not undone, by which `undo_scan` undoes it.
SELECT e.scan_id
  FROM scans e
 WHERE e.code = $2 AND e.org_id = $1 AND e.ticket_id = $3 AND e.entered
   AND NOT EXISTS (SELECT 1 FROM scans u WHERE u.undoes = e.scan_id AND u.org_id = e.org_id)
 ORDER BY e.logged_at DESC
 LIMIT 1;

-- name: read_dispute
-- One dispute with its ticket's current state, its holder's absence, and what the decision recorded.
SELECT d.*, o.name AS operator_name, b.name AS decided_name, t.status, t.customer_name, t.verified_at, t.verified_by,
       t.verified_gate, f.name AS verified_name, a.left_at, a.left_gate, s.date, s.start_time, s.end_time, s.places,
       s.admitted, t.channel, m.reason AS recorded, u.scan_id AS undone_by
  FROM disputes d
  LEFT JOIN staff o ON o.org_id = d.org_id AND o.id = d.operator_id
  LEFT JOIN staff b ON b.org_id = d.org_id AND b.id = d.decided_by
  LEFT JOIN tickets t ON t.org_id = d.org_id AND t.id = d.ticket_id
  LEFT JOIN staff f ON f.org_id = t.org_id AND f.id = t.verified_by
  LEFT JOIN LATERAL (SELECT s.date, s.start_time, s.end_time, r.places, r.admitted FROM ticket_reservations r
                       JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT a.left_at, a.left_gate FROM ticket_absences a
                      WHERE a.ticket_id = t.id AND a.org_id = t.org_id AND a.returned_at IS NULL LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT m.reason FROM scans m
                      WHERE d.decision = 'admitted' AND m.org_id = d.org_id AND m.scan_id = d.scan_id
                        AND m.mode = 'override' LIMIT 1) m ON true
  LEFT JOIN LATERAL (SELECT u.scan_id FROM scans u
                      WHERE d.decision = 'admitted' AND u.undoes = d.scan_id AND u.org_id = d.org_id LIMIT 1) u ON true
 WHERE d.org_id = $1 AND d.scan_id = $2;

-- name: list_disputes
-- The newest disputes before an id, newest first: of a venue ($2), of an operator ($3), open or decided ($4), open or decided
-- since $5; NULL: any.
SELECT d.*, o.name AS operator_name, b.name AS decided_name, t.status, t.customer_name, t.verified_at, t.verified_by,
       t.verified_gate, f.name AS verified_name, a.left_at, a.left_gate, s.date, s.start_time, s.end_time, s.places,
       s.admitted, t.channel, m.reason AS recorded, u.scan_id AS undone_by
  FROM (SELECT * FROM disputes d
         WHERE d.org_id = $1
           AND ($2::bigint IS NULL OR d.venue_id = $2)
           AND ($3::bigint IS NULL OR d.operator_id = $3)
           AND ($4::boolean IS NULL OR (d.decision IS NULL) = $4)
           AND ($5::timestamptz IS NULL OR d.decision IS NULL OR d.decided_at >= $5)
           AND ($6::bigint IS NULL OR d.id < $6)
         ORDER BY d.id DESC
         LIMIT $7) d
  LEFT JOIN staff o ON o.org_id = d.org_id AND o.id = d.operator_id
  LEFT JOIN staff b ON b.org_id = d.org_id AND b.id = d.decided_by
  LEFT JOIN tickets t ON t.org_id = d.org_id AND t.id = d.ticket_id
  LEFT JOIN staff f ON f.org_id = t.org_id AND f.id = t.verified_by
  LEFT JOIN LATERAL (SELECT s.date, s.start_time, s.end_time, r.places, r.admitted FROM ticket_reservations r
                       JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT a.left_at, a.left_gate FROM ticket_absences a
                      WHERE a.ticket_id = t.id AND a.org_id = t.org_id AND a.returned_at IS NULL LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT m.reason FROM scans m
                      WHERE d.decision = 'admitted' AND m.org_id = d.org_id AND m.scan_id = d.scan_id
                        AND m.mode = 'override' LIMIT 1) m ON true
  LEFT JOIN LATERAL (SELECT u.scan_id FROM scans u
                      WHERE d.decision = 'admitted' AND u.undoes = d.scan_id AND u.org_id = d.org_id LIMIT 1) u ON true
 ORDER BY d.id DESC;
