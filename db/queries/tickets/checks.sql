-- Checked tickets: which tickets passed the portal's check, by day of their venue.

-- name: keep_checks
-- Stores one row per element of the arrays, which hold each ticket and day once. Of a ticket's checks of one day the first is
-- kept, in whatever order and however often they are written.
INSERT INTO ticket_checks AS c (org_id, ticket_id, date, venue_id, checked_at)
SELECT a.org_id, a.ticket_id, a.date, a.venue_id, a.checked_at
  FROM unnest($1::bigint[], $2::bigint[], $3::date[], $4::bigint[], $5::timestamptz[]) AS a (org_id, ticket_id, date, venue_id, checked_at)
 ORDER BY a.org_id, a.ticket_id, a.date
ON CONFLICT (org_id, ticket_id, date) DO UPDATE SET checked_at = EXCLUDED.checked_at WHERE c.checked_at > EXCLUDED.checked_at;

-- name: checks_of_day
-- The number of tickets checked on a venue's day ($3, from $4 to $5), and of those that got a reservation, cancelled or not, at or
-- after that check and before a check on a later day. So a reservation counts for at most one day.
-- Most tickets are booked on the day of the check. They are found by joining the day's checks with the day's bookings, which is
-- two short index scans under any plan. Only the others are looked up one by one, also tickets that were checked for another
-- venue within that day, where the date may differ. OFFSET 0 as in days_of_slots.
WITH told AS MATERIALIZED (
    SELECT a.ticket_id, min(a.checked_at) AS checked_at, max(a.reserved_at) AS reserved_at, bool_or(a.elsewhere) AS elsewhere
      FROM (SELECT c.ticket_id, c.checked_at, NULL::timestamptz AS reserved_at, false AS elsewhere, c.org_id
              FROM (SELECT * FROM ticket_checks c WHERE c.date = $3 AND c.venue_id = $2 OFFSET 0) c
            UNION ALL
            SELECT r.ticket_id, NULL, r.reserved_at, false, r.org_id
              FROM (SELECT r.ticket_id, r.reserved_at, r.org_id FROM ticket_reservations r
                     WHERE r.reserved_at >= $4 AND r.reserved_at < $5 OFFSET 0) r
            UNION ALL
            SELECT n.ticket_id, NULL, NULL, true, n.org_id
              FROM unnest(ARRAY[$3 - 1, $3 + 1]) AS d (date)
              CROSS JOIN LATERAL (SELECT * FROM ticket_checks n WHERE n.date = d.date AND n.venue_id < $2 OFFSET 0) n
             WHERE n.checked_at >= $4 AND n.checked_at < $5
            UNION ALL
            SELECT n.ticket_id, NULL, NULL, true, n.org_id
              FROM unnest(ARRAY[$3 - 1, $3 + 1]) AS d (date)
              CROSS JOIN LATERAL (SELECT * FROM ticket_checks n WHERE n.date = d.date AND n.venue_id > $2 OFFSET 0) n
             WHERE n.checked_at >= $4 AND n.checked_at < $5) a
     WHERE a.org_id = $1
     GROUP BY a.ticket_id
)
SELECT count(*)::integer AS checked,
       (count(*) FILTER (WHERE (t.reserved_at >= t.checked_at AND NOT t.elsewhere)
            OR EXISTS (
                SELECT 1 FROM ticket_reservations r
                 WHERE r.ticket_id = t.ticket_id AND r.org_id = $1 AND r.holds_place AND r.reserved_at >= t.checked_at
                   AND NOT EXISTS (SELECT 1 FROM ticket_checks n WHERE n.org_id = $1 AND n.ticket_id = t.ticket_id
                                      AND n.checked_at > t.checked_at AND n.checked_at <= r.reserved_at))
            OR EXISTS (
                SELECT 1 FROM (SELECT * FROM ticket_reservations r WHERE r.ticket_id = t.ticket_id AND NOT r.holds_place OFFSET 0) r
                 WHERE r.org_id = $1 AND r.reserved_at >= t.checked_at
                   AND NOT EXISTS (SELECT 1 FROM ticket_checks n WHERE n.org_id = $1 AND n.ticket_id = t.ticket_id
                                      AND n.checked_at > t.checked_at AND n.checked_at <= r.reserved_at))))::integer AS converted
  FROM told t
 WHERE t.checked_at IS NOT NULL;

-- name: drop_old_checks
-- Deletes some rows of days before $1. The next run deletes more.
DELETE FROM ticket_checks c
 USING (SELECT org_id, ticket_id, date FROM ticket_checks WHERE date < $1 ORDER BY date LIMIT 5000 FOR UPDATE SKIP LOCKED) old
 WHERE c.org_id = old.org_id AND c.ticket_id = old.ticket_id AND c.date = old.date;
