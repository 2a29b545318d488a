-- The scan log as managers read it, page by page. Nothing here locks or writes.

-- name: venue_scans
-- The scans of a venue before the cursor ($4, $5, $6), newest first. A filter that is NULL admits all. A scan has the moment at which
-- it happened: a synced one that of the scan, any other that of the log. Of the business days $13 to $14, whose dates last from $3 to $15;
-- $13 NULL: all that happened in this time. Each part finds the cursor by an index, so a late page takes as long as the first one. The index is
-- entered at its first two columns together: a cursor after $15 would begin at the end of the log.
SELECT e.scan_id, e.mode, e.code, e.ticket_id, e.gate, e.device, e.source, e.result, e.reason, e.entered, e.undoes, e.note,
       e.people, e.scanned_at, e.logged_at, e.moment, e.day, e.operator_id, o.name AS operator_name, u.scan_id AS undone_by, e.slot_id
  FROM ((SELECT e.*, e.logged_at AS moment FROM scans e
         WHERE e.venue_id = $2 AND e.org_id = $1 AND e.source <> 'sync' AND e.logged_at >= $3 AND e.logged_at < $15
           AND (e.logged_at, e.scan_id) <= (least($4, $15), $5) AND (e.logged_at, e.scan_id, e.mode) < ($4, $5, $6)
           AND ($13::date IS NULL OR e.day IS NULL)
           AND ($7::bigint IS NULL OR e.operator_id = $7) AND ($8::text IS NULL OR e.gate = $8)
           AND ($9::text IS NULL OR e.result = $9) AND ($10::text IS NULL OR e.reason = $10)
           AND ($11::text IS NULL OR e.mode = $11)
         ORDER BY e.logged_at DESC, e.scan_id DESC, e.mode DESC
         LIMIT $12)
        UNION ALL
        (SELECT e.*, e.scanned_at FROM scans e
         WHERE e.venue_id = $2 AND e.org_id = $1 AND e.source = 'sync' AND e.scanned_at >= $3 AND e.scanned_at < $15
           AND e.scanned_at <= $4 AND (e.scanned_at, e.scan_id, e.mode) < ($4, $5, $6)
           AND ($13::date IS NULL OR e.day IS NULL)
           AND ($7::bigint IS NULL OR e.operator_id = $7) AND ($8::text IS NULL OR e.gate = $8)
           AND ($9::text IS NULL OR e.result = $9) AND ($10::text IS NULL OR e.reason = $10)
           AND ($11::text IS NULL OR e.mode = $11)
         ORDER BY e.scanned_at DESC, e.scan_id DESC, e.mode DESC
         LIMIT $12)
        UNION ALL
        (SELECT * FROM (SELECT e.*, CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS moment FROM scans e
                         WHERE e.venue_id = $2 AND e.org_id = $1 AND e.day BETWEEN $13 AND $14) e
         WHERE (e.moment, e.scan_id, e.mode) < ($4, $5, $6)
           AND ($7::bigint IS NULL OR e.operator_id = $7) AND ($8::text IS NULL OR e.gate = $8)
           AND ($9::text IS NULL OR e.result = $9) AND ($10::text IS NULL OR e.reason = $10)
           AND ($11::text IS NULL OR e.mode = $11)
         ORDER BY e.moment DESC, e.scan_id DESC, e.mode DESC
         LIMIT $12)
        ORDER BY moment DESC, scan_id DESC, mode DESC
        LIMIT $12) e
  LEFT JOIN LATERAL (SELECT o.name FROM staff o WHERE o.org_id = e.org_id AND o.id = e.operator_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT u.scan_id FROM scans u WHERE (e.entered OR e.reason IN ('EXIT_RECORDED', 'RE_ENTRY'))
                       AND u.undoes = e.scan_id AND u.org_id = e.org_id LIMIT 1) u ON true
 ORDER BY e.moment DESC, e.scan_id DESC, e.mode DESC;

-- name: code_scans
-- The same for one code ($16), by its own index.
SELECT e.scan_id, e.mode, e.code, e.ticket_id, e.gate, e.device, e.source, e.result, e.reason, e.entered, e.undoes, e.note,
       e.people, e.scanned_at, e.logged_at, e.moment, e.day, e.operator_id, o.name AS operator_name, u.scan_id AS undone_by, e.slot_id
  FROM (SELECT * FROM (SELECT e.*, CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS moment FROM scans e
                        WHERE e.code = $16 AND e.venue_id = $2 AND e.org_id = $1) e
         WHERE (e.moment, e.scan_id, e.mode) < ($4, $5, $6)
           AND CASE WHEN $13::date IS NULL OR e.day IS NULL THEN e.moment >= $3 AND e.moment < $15
                    ELSE e.day BETWEEN $13 AND $14 END
           AND ($7::bigint IS NULL OR e.operator_id = $7) AND ($8::text IS NULL OR e.gate = $8)
           AND ($9::text IS NULL OR e.result = $9) AND ($10::text IS NULL OR e.reason = $10)
           AND ($11::text IS NULL OR e.mode = $11)
         ORDER BY e.moment DESC, e.scan_id DESC, e.mode DESC
         LIMIT $12) e
  LEFT JOIN LATERAL (SELECT o.name FROM staff o WHERE o.org_id = e.org_id AND o.id = e.operator_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT u.scan_id FROM scans u WHERE (e.entered OR e.reason IN ('EXIT_RECORDED', 'RE_ENTRY'))
                       AND u.undoes = e.scan_id AND u.org_id = e.org_id LIMIT 1) u ON true
 ORDER BY e.moment DESC, e.scan_id DESC, e.mode DESC;

-- name: shows_of_slots
-- What plays in some slots. A page of the log is about a few slots, so they are not read for each of its rows.
SELECT s.id, s.show_id, w.title AS show, m.name AS room
  FROM reservation_slots s
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[]);

-- name: who_scans
-- All staff of an organisation by name, including disabled ones, who are in the log too.
SELECT id, name FROM staff WHERE org_id = $1 ORDER BY name, id;

-- name: open_gates
-- The gates of a venue that are in use.
SELECT name FROM gates WHERE org_id = $1 AND venue_id = $2 AND retired_at IS NULL ORDER BY name;

-- name: gate_names
-- All gates of a venue, also retired ones, which the log names.
SELECT name FROM gates WHERE org_id = $1 AND venue_id = $2 ORDER BY name;
