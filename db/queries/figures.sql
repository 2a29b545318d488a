-- The figures: what the log says of a venue's day, counted by minute and gate. Nothing here locks or writes.
-- A scan counts at the moment it happened: what was synced later at the moment of the scan, everything else when it was
-- logged. A verify that follows a look at the same code under one scan_id is the same visitor, not another scan. An entry
-- taken back is taken from the minute it was counted in. `settled` are rows logged before $5: nothing is added to them.

-- name: figures_day
-- The whole day from $3 on and before $4, whenever it was logged.
WITH presented AS (
    SELECT e.*, e.logged_at AS moment FROM scans e
     WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at >= $3 AND e.logged_at < $4
       AND e.source <> 'sync' AND e.mode <> 'undo'
    UNION ALL
    SELECT e.*, e.scanned_at FROM scans e
     WHERE e.venue_id = $2 AND e.org_id = $1 AND e.source = 'sync' AND e.scanned_at >= $3 AND e.scanned_at < $4
       AND e.mode <> 'undo'
), happened AS (
    SELECT e.logged_at, e.moment, e.gate, e.result, e.reason,
           CASE WHEN e.mode = 'override' OR v.scan_id IS NOT NULL THEN 0 ELSE 1 END AS scans, e.entered::integer AS entered,
           CASE WHEN e.mode = 'exit' AND e.reason = 'EXIT_RECORDED' THEN 1
                WHEN e.mode = 'verify' AND e.reason = 'RE_ENTRY' THEN -1 ELSE 0 END AS gone,
           CASE WHEN e.entered THEN round(1000 * extract(epoch FROM e.logged_at - v.logged_at))::integer END AS took
      FROM presented e
      LEFT JOIN scans v ON e.mode = 'verify' AND v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'validate'
    UNION ALL
    SELECT u.logged_at, e.moment, e.gate, '', '', 0, -e.entered::integer, CASE WHEN e.entered THEN 0 WHEN e.mode = 'exit' THEN -1 ELSE 1 END, NULL
      FROM presented e
      JOIN scans u ON u.undoes = e.scan_id AND u.org_id = e.org_id
     WHERE e.entered OR e.reason = 'EXIT_RECORDED' OR (e.mode = 'verify' AND e.reason = 'RE_ENTRY')
)
SELECT h.logged_at < $5 AS settled, floor(extract(epoch FROM h.moment - $3) / 60)::integer AS minute,
       coalesce(h.gate, '') AS gate, h.result, h.reason, count(*)::integer AS rows, sum(h.scans)::integer AS scans,
       sum(h.entered)::integer AS entered, sum(h.gone)::integer AS gone,
       array_agg(h.took) FILTER (WHERE h.took IS NOT NULL) AS took
  FROM happened h
 GROUP BY 1, 2, 3, 4, 5;

-- name: figures_since
-- Of the same day what was logged from $6 on.
WITH logged AS MATERIALIZED (
    SELECT e.*, CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS moment FROM scans e
     WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at >= $6
), happened AS (
    SELECT e.logged_at, e.moment, e.gate, e.result, e.reason,
           CASE WHEN e.mode = 'override' OR v.scan_id IS NOT NULL THEN 0 ELSE 1 END AS scans, e.entered::integer AS entered,
           CASE WHEN e.mode = 'exit' AND e.reason = 'EXIT_RECORDED' THEN 1
                WHEN e.mode = 'verify' AND e.reason = 'RE_ENTRY' THEN -1 ELSE 0 END AS gone,
           CASE WHEN e.entered THEN round(1000 * extract(epoch FROM e.logged_at - v.logged_at))::integer END AS took
      FROM logged e
      LEFT JOIN LATERAL (SELECT v.scan_id, v.logged_at FROM scans v
                          WHERE e.mode = 'verify' AND v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'validate'
                          LIMIT 1) v ON true
     WHERE e.mode <> 'undo' AND e.moment >= $3 AND e.moment < $4
    UNION ALL
    SELECT u.logged_at, o.moment, o.gate, '', '', 0, -o.entered::integer, CASE WHEN o.entered THEN 0 WHEN o.mode = 'exit' THEN -1 ELSE 1 END, NULL
      FROM logged u
      JOIN LATERAL (SELECT o.gate, o.entered, o.mode, CASE WHEN o.source = 'sync' THEN o.scanned_at ELSE o.logged_at END AS moment
                      FROM scans o
                     WHERE u.mode = 'undo' AND o.org_id = u.org_id AND o.scan_id = u.undoes
                       AND (o.entered OR o.reason = 'EXIT_RECORDED' OR (o.mode = 'verify' AND o.reason = 'RE_ENTRY'))
                     LIMIT 1) o ON true
     WHERE o.moment >= $3 AND o.moment < $4
)
SELECT h.logged_at < $5 AS settled, floor(extract(epoch FROM h.moment - $3) / 60)::integer AS minute,
       coalesce(h.gate, '') AS gate, h.result, h.reason, count(*)::integer AS rows, sum(h.scans)::integer AS scans,
       sum(h.entered)::integer AS entered, sum(h.gone)::integer AS gone,
       array_agg(h.took) FILTER (WHERE h.took IS NOT NULL) AS took
  FROM happened h
 GROUP BY 1, 2, 3, 4, 5;
