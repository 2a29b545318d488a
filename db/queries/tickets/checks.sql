-- The tickets that passed the portal's check, by the day of the venue they are for.

-- name: keep_checks
-- One row per element of the arrays, each ticket and day once among them. Of a ticket's checks of one day the first stays,
-- in whatever order and however often they are written.
INSERT INTO ticket_checks AS c (org_id, ticket_id, date, venue_id, checked_at)
SELECT a.org_id, a.ticket_id, a.date, a.venue_id, a.checked_at
  FROM unnest($1::bigint[], $2::bigint[], $3::date[], $4::bigint[], $5::timestamptz[]) AS a (org_id, ticket_id, date, venue_id, checked_at)
 ORDER BY a.org_id, a.ticket_id, a.date
ON CONFLICT (org_id, ticket_id, date) DO UPDATE SET checked_at = EXCLUDED.checked_at WHERE c.checked_at > EXCLUDED.checked_at;

-- name: checks_of_day
-- How many tickets were checked on a venue's day ($3, from $4 up to $5), and how many of them got a reservation (whatever became
-- of it) at or after that check and before the ticket was checked on a later day: a reservation counts for one day at most.
-- Most are booked on the day of the check. Those are found by laying the day's checks and the day's bookings side by side, of
-- which no plan can make more than two short scans of an index; only the others are looked up one by one. A ticket that was checked for
-- another venue within that day (whose date may be another there) is looked up as well. OFFSET 0
-- as in days_of_slots.
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
-- Some of the rows of days before $1; the rest the next time.
DELETE FROM ticket_checks c
 USING (SELECT org_id, ticket_id, date FROM ticket_checks WHERE date < $1 ORDER BY date LIMIT 5000 FOR UPDATE SKIP LOCKED) old
 WHERE c.org_id = old.org_id AND c.ticket_id = old.ticket_id AND c.date = old.date;
