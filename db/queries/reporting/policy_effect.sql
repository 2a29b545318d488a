-- What the scans of a day would have been under another policy: counted in groups, so that 50,000 scans are some thousand rows.

-- name: logged_scans
-- The scans of business day $7 of a venue, whose date lasts from $3 to $4, in groups. The entry that followed a check with the same scan_id counts
-- instead of the check. Only verdicts in $5 depend on a policy: these have their minute and slot, those in $6 an absence.
SELECT e.result, e.reason, e.minute AS at, e.slot_id, coalesce(t.ran_out, false) AS ran_out, a.date AS left_on,
       coalesce(a.venue_id = $2, false) AS left_here, count(*) AS scans
  FROM (SELECT e.org_id, e.scan_id, e.ticket_id, e.result, e.reason, e.moment AS at,
               CASE WHEN e.reason = ANY ($5::text[]) THEN date_trunc('minute', e.moment) END AS minute,
               CASE WHEN e.reason = ANY ($5::text[]) THEN e.slot_id END AS slot_id
          FROM (SELECT e.*, e.logged_at AS moment FROM scans e
                 WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at >= $3 AND e.logged_at < $4 AND e.source <> 'sync'
                   AND e.day IS NULL
                UNION ALL
                SELECT e.*, e.scanned_at FROM scans e
                 WHERE e.venue_id = $2 AND e.org_id = $1 AND e.source = 'sync' AND e.scanned_at >= $3 AND e.scanned_at < $4
                   AND e.day IS NULL
                UNION ALL
                SELECT e.*, CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END FROM scans e
                 WHERE e.venue_id = $2 AND e.org_id = $1 AND e.day = $7) e
         WHERE e.mode IN ('validate', 'verify')
           AND NOT (e.mode = 'validate' AND EXISTS (SELECT 1 FROM scans v
                     WHERE v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'verify'))) e
  LEFT JOIN LATERAL (SELECT t.valid_until <= e.at AS ran_out FROM tickets t
                      WHERE e.reason = 'TICKET_EXPIRED' AND t.org_id = e.org_id AND t.id = e.ticket_id LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT a.date, a.venue_id FROM ticket_absences a
                      WHERE e.reason = ANY ($6::text[]) AND a.ticket_id = e.ticket_id AND a.org_id = e.org_id
                        AND a.left_at <= e.at AND (a.returned_at IS NULL OR a.returned_at > e.at OR a.return_scan = e.scan_id)
                      ORDER BY a.left_at DESC LIMIT 1) a ON true
 GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- name: slots_of_scans
-- Some slots with the columns of ReservationFacts.
SELECT s.id, s.id AS slot_id, s.venue_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, s.booked_count, s.total_capacity,
       s.check_in_opens_minutes, s.check_in_closes_minutes
  FROM reservation_slots s
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[]);
