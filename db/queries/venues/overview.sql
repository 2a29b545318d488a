-- The overview of administration: what a venue has and what is missing.

-- name: standing
-- What stands at a venue at the moment $3, whose day is $4. `has_scans` is ordered as the index by venue: for EXISTS
-- the planner reads the log from its beginning, as far as it goes if the venue has no scan.
SELECT EXISTS (SELECT 1 FROM gates g WHERE g.org_id = $1 AND g.venue_id = $2 AND g.retired_at IS NULL) AS has_gates,
       EXISTS (SELECT 1 FROM reservation_slots s
                WHERE s.venue_id = $2 AND s.org_id = $1 AND s.date >= $4 AND s.ends_at > $3 AND s.status = 'ACTIVE') AS has_slots,
       EXISTS (SELECT 1 FROM staff f WHERE f.org_id = $1 AND f.disabled_at IS NULL AND f.role = 'OPERATOR'
                  AND (f.venue_id IS NULL OR f.venue_id = $2)) AS has_operators,
       (SELECT true FROM scans e WHERE e.venue_id = $2 AND e.org_id = $1 ORDER BY e.venue_id, e.logged_at LIMIT 1) IS NOT NULL AS has_scans;

-- name: next_slot
-- The next slot that has not begun at $3, from the day $4 on.
SELECT s.date, s.start_time, s.end_time, s.total_capacity, s.booked_count
  FROM reservation_slots s
 WHERE s.venue_id = $2 AND s.org_id = $1 AND s.date >= $4 AND s.starts_at > $3 AND s.status = 'ACTIVE'
 ORDER BY s.date, s.start_time
 LIMIT 1;
