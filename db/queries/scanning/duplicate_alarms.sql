-- Duplicate alarms: a code scanned at two gates within the venue's time.

-- name: raise_alarm
-- Stores the pair once. Returns no row if another process has stored it.
INSERT INTO duplicate_alarms (org_id, venue_id, code, ticket_id, first_scan_id, first_gate, first_by, first_result,
                              first_reason, first_at, second_scan_id, second_gate, second_by, second_result,
                              second_reason, second_at, raised_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (second_scan_id, org_id) DO NOTHING
RETURNING id;

-- name: list_alarms
-- The newest $4 alarms of a venue ($2; NULL: of all) raised since $3 (NULL: ever), newest first; of these the ones named in $5 (NULL: all).
SELECT a.*, f.name AS first_name, s.name AS second_name, k.acknowledged_by, k.acknowledged_at, w.name AS acknowledged_name
  FROM (SELECT * FROM duplicate_alarms a
         WHERE a.org_id = $1 AND ($2::bigint IS NULL OR a.venue_id = $2) AND ($3::timestamptz IS NULL OR a.raised_at >= $3)
           AND ($5::bigint[] IS NULL OR a.id = ANY ($5))
         ORDER BY a.id DESC
         LIMIT $4) a
  LEFT JOIN alarm_acknowledgements k ON k.org_id = a.org_id AND k.alarm_id = a.id
  LEFT JOIN staff f ON f.org_id = a.org_id AND f.id = a.first_by
  LEFT JOIN staff s ON s.org_id = a.org_id AND s.id = a.second_by
  LEFT JOIN staff w ON w.org_id = a.org_id AND w.id = k.acknowledged_by
 ORDER BY a.id DESC;

-- name: alarm_venue
-- The venue of an alarm.
SELECT venue_id FROM duplicate_alarms WHERE org_id = $1 AND id = $2;

-- name: acknowledge_alarms
-- Acknowledges this alarm and those of its code at its venue with earlier scans, each once. Returns those that nobody had acknowledged.
-- The ids say nothing of the order: two alarms of a code are written at the same time.
INSERT INTO alarm_acknowledgements (org_id, alarm_id, acknowledged_by, acknowledged_at)
SELECT a.org_id, a.id, $3, $4
  FROM duplicate_alarms one
  JOIN duplicate_alarms a ON a.org_id = one.org_id AND a.venue_id = one.venue_id AND a.code = one.code
   AND (a.second_at, a.id) <= (one.second_at, one.id)
 WHERE one.org_id = $1 AND one.id = $2 AND (a.id = one.id OR a.raised_at >= $5)
 ORDER BY a.id
ON CONFLICT (org_id, alarm_id) DO NOTHING
RETURNING alarm_id;

-- name: recent_scans
-- The newest $2 scans of each venue at named gates within the venue's alarm time, oldest first.
SELECT v.org_id, v.id AS venue_id, e.scan_id, e.mode, e.source, e.gate, e.operator_id, o.name AS operator_name, e.code,
       e.ticket_id, e.result, e.reason, e.entered, e.scanned_at, e.logged_at,
       (CASE WHEN r.booked_together > 1 THEN r.booked_together ELSE r.places END) - e.admitted AS remaining
  FROM venues v
 CROSS JOIN LATERAL (
    SELECT * FROM scans e
     WHERE e.venue_id = v.id AND e.org_id = v.org_id
       AND e.logged_at > $1::timestamptz - make_interval(mins => v.duplicate_alarm_minutes)
       AND e.gate IS NOT NULL AND e.mode IN ('validate', 'verify')
     ORDER BY e.logged_at DESC
     LIMIT $2) e
  LEFT JOIN LATERAL (SELECT r.places, r.booked_together FROM ticket_reservations r
                      WHERE e.admitted IS NOT NULL AND r.org_id = e.org_id AND r.id = e.reservation_id LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT o.name FROM staff o WHERE o.org_id = e.org_id AND o.id = e.operator_id LIMIT 1) o ON true
 WHERE v.duplicate_alarm_minutes IS NOT NULL
 ORDER BY e.logged_at, e.scan_id;
