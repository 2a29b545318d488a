-- Steps of the booking page that no other table has: contact details that were accepted, and refusals.

-- name: keep_contacts
-- Stores one row per element of the arrays, which hold each ticket once. A ticket's first moment of a day is kept, in whatever order and
-- however often they are written. Its venue is that of its product, else the organisation's first. Unknown tickets are left out.
INSERT INTO contact_checks AS c (org_id, ticket_id, date, venue_id, checked_at)
SELECT a.org_id, a.ticket_id, (a.checked_at AT TIME ZONE v.timezone)::date, v.id, a.checked_at
  FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS a (org_id, ticket_id, checked_at)
 CROSS JOIN LATERAL (SELECT t.product_id FROM tickets t WHERE t.org_id = a.org_id AND t.id = a.ticket_id LIMIT 1) t
 CROSS JOIN LATERAL (SELECT p.venue_id FROM products p WHERE p.org_id = a.org_id AND p.id = t.product_id LIMIT 1) p
 CROSS JOIN LATERAL (SELECT v.id, v.timezone FROM venues v
                      WHERE v.org_id = a.org_id AND (p.venue_id IS NULL OR v.id = p.venue_id)
                      ORDER BY v.id LIMIT 1) v
 ORDER BY a.org_id, a.ticket_id
ON CONFLICT (org_id, ticket_id, date) DO UPDATE SET checked_at = EXCLUDED.checked_at WHERE c.checked_at > EXCLUDED.checked_at;

-- name: keep_refusals
-- Stores the whole counts of process $6, one row per element of the arrays, which hold each day, step and reason once.
INSERT INTO portal_refusals AS c (org_id, venue_id, date, step, reason, process, refusals)
SELECT a.org_id, a.venue_id, a.date, a.step, a.reason, $6, a.refusals
  FROM unnest($1::bigint[], $2::bigint[], $3::date[], $4::text[], $5::text[], $7::integer[])
       AS a (org_id, venue_id, date, step, reason, refusals)
ON CONFLICT (org_id, venue_id, date, step, reason, process) DO UPDATE SET refusals = EXCLUDED.refusals
 WHERE c.refusals < EXCLUDED.refusals;

-- name: drop_old_contacts
-- Deletes some rows of days before $1. The next run deletes more.
DELETE FROM contact_checks c
 USING (SELECT org_id, ticket_id, date FROM contact_checks WHERE date < $1 ORDER BY date LIMIT 5000 FOR UPDATE SKIP LOCKED) old
 WHERE c.org_id = old.org_id AND c.ticket_id = old.ticket_id AND c.date = old.date;

-- name: drop_old_refusals
-- Deletes the rows of days before $1, of which a day has few.
DELETE FROM portal_refusals WHERE date < $1;
