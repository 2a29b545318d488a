-- The scan feed: the newest rows of a venue's scan log.

-- name: latest_scans
-- The newest $8 scans of a venue logged since $3, oldest first. A filter that is NULL admits all.
SELECT r.* FROM (
    SELECT e.scan_id, e.mode, e.source, e.gate, e.operator_id, o.name AS operator_name, e.code, e.ticket_id, e.result,
           e.reason, e.entered, e.people, e.slot_id, e.scanned_at, e.logged_at
      FROM (SELECT * FROM scans e
             WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at >= $3
               AND ($4::text IS NULL OR e.gate = $4) AND ($5::text IS NULL OR e.reason = $5)
               AND ($6::bigint IS NULL OR e.operator_id = $6) AND ($7::text IS NULL OR e.result = $7)
             ORDER BY e.logged_at DESC, e.scan_id DESC
             LIMIT $8) e
      LEFT JOIN LATERAL (SELECT o.name FROM staff o WHERE o.org_id = e.org_id AND o.id = e.operator_id LIMIT 1) o ON true
) r
 ORDER BY r.logged_at, r.scan_id;
