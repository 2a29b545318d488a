-- Gates and devices of a venue: their activity by the scan log, and the visitors still expected.

-- name: gate_activity
-- Every gate with scans between $3 and $5: the number since $4, the number between $3 and $4, and the time of the last.
SELECT e.gate, count(*) FILTER (WHERE e.logged_at > $4) AS lately, count(*) FILTER (WHERE e.logged_at <= $4) AS before,
       max(e.logged_at) AS last_at
  FROM scans e
 WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at > $3 AND e.logged_at <= $5 AND e.gate IS NOT NULL
   AND e.mode IN ('validate', 'verify', 'exit')
 GROUP BY e.gate
 ORDER BY e.gate;

-- name: still_expected
-- The booked visitors who have not arrived, in the slots of a venue that are current at $3.
SELECT coalesce(sum(s.booked_count - s.verified_count), 0) FROM reservation_slots s
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.starts_at <= $3 AND s.ends_at > $3;
