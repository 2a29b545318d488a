-- The report of a venue's day: what staff decided and what went wrong. Nothing here locks or writes.
-- Conflicts and alarms: a day is the business day $5, whose date lasts from $3 to $4. A row belongs to the day of its scan; a scan whose
-- log row is gone, to the day of its own moment. At most $6 rows, oldest first. No row moves more than two days from its date, so
-- those of other days are left out before their scans are read.

-- name: disputes_of_day
-- At most $4 disputes of venue $2 on the business day $3, oldest first.
SELECT d.code, d.gate, d.result, d.reason, d.note, d.decision, d.decision_reason, coalesce(e.moment, d.scanned_at) AS at,
       o.name AS operator_name, b.name AS decided_name
  FROM disputes d
  LEFT JOIN LATERAL (SELECT CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS moment
                       FROM scans e
                      WHERE e.org_id = d.org_id AND e.scan_id = d.scan_id AND e.mode IN ('validate', 'verify')
                      ORDER BY e.logged_at DESC LIMIT 1) e ON true
  LEFT JOIN staff o ON o.org_id = d.org_id AND o.id = d.operator_id
  LEFT JOIN staff b ON b.org_id = d.org_id AND b.id = d.decided_by
 WHERE d.org_id = $1 AND d.venue_id = $2 AND d.day = $3
 ORDER BY at, d.id
 LIMIT $4;

-- name: conflicts_of_day
SELECT c.code, c.gate, c.kind, c.reason, c.people, c.decision, c.note, c.scanned_at AS at, o.name AS operator_name,
       b.name AS decided_name
  FROM scan_conflicts c
  LEFT JOIN LATERAL (SELECT e.day FROM scans e
                      WHERE e.org_id = c.org_id AND e.scan_id = c.scan_id AND e.mode IN ('validate', 'verify')
                      ORDER BY e.logged_at DESC LIMIT 1) e ON true
  LEFT JOIN staff o ON o.org_id = c.org_id AND o.id = c.operator_id
  LEFT JOIN staff b ON b.org_id = c.org_id AND b.id = c.decided_by
 WHERE c.org_id = $1 AND c.venue_id = $2
   AND c.scanned_at >= $3::timestamptz - interval '2 days' AND c.scanned_at < $4::timestamptz + interval '2 days'
   AND CASE WHEN e.day IS NULL THEN c.scanned_at >= $3 AND c.scanned_at < $4 ELSE e.day = $5::date END
 ORDER BY at, c.id
 LIMIT $6;

-- name: alarms_of_day
SELECT a.code, a.first_gate, a.first_at, a.second_gate, a.second_at AS at, a.second_reason, f.name AS first_name,
       s.name AS second_name, k.acknowledged_at, w.name AS acknowledged_name
  FROM duplicate_alarms a
  LEFT JOIN alarm_acknowledgements k ON k.org_id = a.org_id AND k.alarm_id = a.id
  LEFT JOIN LATERAL (SELECT e.day FROM scans e
                      WHERE e.org_id = a.org_id AND e.scan_id = a.second_scan_id AND e.mode IN ('validate', 'verify')
                      ORDER BY e.logged_at DESC LIMIT 1) e ON true
  LEFT JOIN staff f ON f.org_id = a.org_id AND f.id = a.first_by
  LEFT JOIN staff s ON s.org_id = a.org_id AND s.id = a.second_by
  LEFT JOIN staff w ON w.org_id = a.org_id AND w.id = k.acknowledged_by
 WHERE a.org_id = $1 AND a.venue_id = $2
   AND a.second_at >= $3::timestamptz - interval '2 days' AND a.second_at < $4::timestamptz + interval '2 days'
   AND CASE WHEN e.day IS NULL THEN a.second_at >= $3 AND a.second_at < $4 ELSE e.day = $5::date END
 ORDER BY at, a.id
 LIMIT $6;
