-- The scanners of a venue: what the log and the slots say about its gates.

-- name: gate_activity
-- Of every gate that scanned in the time before $5: how much since $4, how much between $3 and $4, and when last.
SELECT e.gate, count(*) FILTER (WHERE e.logged_at > $4) AS lately, count(*) FILTER (WHERE e.logged_at <= $4) AS before,
       max(e.logged_at) AS last_at
  FROM scans e
 WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at > $3 AND e.logged_at <= $5 AND e.gate IS NOT NULL
   AND e.mode IN ('validate', 'verify', 'exit')
 GROUP BY e.gate
 ORDER BY e.gate;

-- name: still_expected
-- Booked and not yet arrived in the slots that are on at a venue at the moment $3.
SELECT coalesce(sum(s.booked_count - s.verified_count), 0) FROM reservation_slots s
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.starts_at <= $3 AND s.ends_at > $3;
