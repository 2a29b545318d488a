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
-- How many tickets were checked on a venue's day, and how many of them got a reservation (whatever became of it) at or after
-- that check and before the ticket was checked on a later day: a reservation counts for one day at most.
SELECT count(*)::integer AS checked,
       (count(*) FILTER (WHERE EXISTS (
                SELECT 1 FROM ticket_reservations r
                 WHERE r.ticket_id = c.ticket_id AND r.org_id = c.org_id AND r.holds_place
                   AND r.reserved_at >= c.checked_at AND r.reserved_at < coalesce(later.checked_at, 'infinity'))
            OR EXISTS (
                SELECT 1 FROM ticket_reservations r
                 WHERE r.ticket_id = c.ticket_id AND r.org_id = c.org_id AND NOT r.holds_place
                   AND r.reserved_at >= c.checked_at AND r.reserved_at < coalesce(later.checked_at, 'infinity'))))::integer AS converted
  FROM ticket_checks c
  LEFT JOIN LATERAL (SELECT min(n.checked_at) AS checked_at FROM ticket_checks n
                      WHERE n.org_id = c.org_id AND n.ticket_id = c.ticket_id AND n.checked_at > c.checked_at) later ON true
 WHERE c.org_id = $1 AND c.venue_id = $2 AND c.date = $3;

-- name: drop_old_checks
-- Some of the rows of days before $1; the rest the next time.
DELETE FROM ticket_checks c
 USING (SELECT org_id, ticket_id, date FROM ticket_checks WHERE date < $1 ORDER BY date LIMIT 5000 FOR UPDATE SKIP LOCKED) old
 WHERE c.org_id = old.org_id AND c.ticket_id = old.ticket_id AND c.date = old.date;
