-- Answers of the gates by person and shift. Takes no locks and writes nothing.

-- name: decisions_of_day
-- The decisions on entry of business day $5, whose date lasts from $3 to $4, by operator and planned shift (NULL: outside of one). A
-- verify that follows a validation under one scan_id is the same decision. It is overridden if a supervisor admitted the holder
-- against it, and undone if its entry was undone. An override that was undone itself leaves the decision as it was. Between two moments
-- at which any shift begins or ends, a person's decisions are all of one shift: so it is looked up once for each such stretch.
WITH told AS (
    SELECT coalesce(e.undoes, e.scan_id) AS scan_id, e.mode, e.operator_id, e.result, e.reason, e.logged_at AS moment, e.org_id
      FROM scans e
     WHERE e.venue_id = $2 AND e.logged_at >= $3 AND e.logged_at < $4 AND e.source <> 'sync' AND e.day IS NULL
    UNION ALL
    SELECT coalesce(e.undoes, e.scan_id), e.mode, e.operator_id, e.result, e.reason, e.scanned_at, e.org_id
      FROM scans e
     WHERE e.venue_id = $2 AND e.source = 'sync' AND e.scanned_at >= $3 AND e.scanned_at < $4 AND e.day IS NULL
    UNION ALL
    SELECT coalesce(e.undoes, e.scan_id), e.mode, e.operator_id, e.result, e.reason,
           CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END, e.org_id
      FROM scans e
     WHERE e.venue_id = $2 AND e.org_id = $1 AND e.day = $5
), decided AS MATERIALIZED (
    SELECT t.scan_id, min(t.operator_id) FILTER (WHERE t.mode IN ('validate', 'verify')) AS operator_id,
           min(t.moment) FILTER (WHERE t.mode IN ('validate', 'verify')) AS moment,
           coalesce(min(t.result) FILTER (WHERE t.mode = 'validate'), min(t.result) FILTER (WHERE t.mode = 'verify')) AS result,
           bool_or(t.mode = 'override') AS overridden, bool_or(t.mode = 'undo' AND t.reason IN ('UNDONE', 'RETURN_UNDONE')) AS undone
      FROM told t
     WHERE t.org_id = $1
     GROUP BY t.scan_id
), bounds AS MATERIALIZED (
    SELECT coalesce(array_agg(b.at ORDER BY b.at), '{}') AS moments
      FROM (SELECT min(d.moment) AS first_at, max(d.moment) AS last_at FROM decided d) d
      JOIN staff_shifts f ON f.org_id = $1 AND f.starts_at <= d.last_at AND f.ends_at > d.first_at
     CROSS JOIN LATERAL unnest(ARRAY[f.starts_at, f.ends_at]) AS b (at)
), stretches AS MATERIALIZED (
    SELECT d.operator_id, min(d.moment) AS first_at, max(d.moment) AS last_at, count(*)::integer AS decided,
           count(*) FILTER (WHERE d.result = 'GREEN')::integer AS green, count(*) FILTER (WHERE d.result = 'YELLOW')::integer AS yellow,
           count(*) FILTER (WHERE d.result = 'RED')::integer AS red,
           count(*) FILTER (WHERE d.overridden AND NOT d.undone)::integer AS overridden,
           count(*) FILTER (WHERE d.undone AND NOT d.overridden)::integer AS undone
      FROM decided d
     CROSS JOIN bounds b
     WHERE d.operator_id IS NOT NULL
     GROUP BY d.operator_id, width_bucket(d.moment, b.moments)
)
SELECT s.operator_id, f.starts_at, f.ends_at, min(s.first_at) AS first_at, max(s.last_at) AS last_at, sum(s.decided)::integer AS decided,
       sum(s.green)::integer AS green, sum(s.yellow)::integer AS yellow, sum(s.red)::integer AS red,
       sum(s.overridden)::integer AS overridden, sum(s.undone)::integer AS undone
  FROM stretches s
  LEFT JOIN LATERAL (SELECT f.starts_at, f.ends_at FROM staff_shifts f
                      WHERE f.staff_id = s.operator_id AND f.org_id = $1 AND f.starts_at <= s.first_at AND f.ends_at > s.first_at
                      ORDER BY f.starts_at LIMIT 1) f ON true
 GROUP BY 1, 2, 3;
