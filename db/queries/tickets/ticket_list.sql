-- The list of tickets, newest first. A statement looks at no more than a given number of tickets, whatever matches: no index has
-- the status. `last_at` and `last_id` name the last ticket that was looked at, or are NULL if there are no more. Bookings are not
-- tickets to their organiser.

-- name: newest_tickets
-- Those of an organisation before $2 and $3, of status $4 and channel $5 (NULL: any), after looking at $6; at most $7.
WITH looked AS MATERIALIZED (
    SELECT t.id, t.created_at, t.status, t.channel FROM tickets t
     WHERE t.org_id + 0 = $1 AND (t.created_at, t.id) < ($2, $3)
     ORDER BY t.created_at DESC, t.id DESC LIMIT $6
), found AS (
    SELECT id, created_at FROM looked
     WHERE channel <> 'booking' AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR channel = $5)
     ORDER BY created_at DESC, id DESC LIMIT $7
)
SELECT f.id, f.created_at, l.last_at, l.last_id
  FROM (SELECT CASE WHEN count(*) = $6 THEN min(created_at) END AS last_at,
               CASE WHEN count(*) = $6 THEN (array_agg(id ORDER BY created_at, id))[1] END AS last_id FROM looked) l
  LEFT JOIN found f ON true
 ORDER BY f.created_at DESC, f.id DESC;

-- name: newest_tickets_of_product
-- The same of product $8.
WITH looked AS MATERIALIZED (
    SELECT t.id, t.created_at, t.status, t.channel FROM tickets t
     WHERE t.product_id = $8 AND t.org_id = $1 AND (t.created_at, t.id) < ($2, $3)
     ORDER BY t.created_at DESC, t.id DESC LIMIT $6
), found AS (
    SELECT id, created_at FROM looked
     WHERE channel <> 'booking' AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR channel = $5)
     ORDER BY created_at DESC, id DESC LIMIT $7
)
SELECT f.id, f.created_at, l.last_at, l.last_id
  FROM (SELECT CASE WHEN count(*) = $6 THEN min(created_at) END AS last_at,
               CASE WHEN count(*) = $6 THEN (array_agg(id ORDER BY created_at, id))[1] END AS last_id FROM looked) l
  LEFT JOIN found f ON true
 ORDER BY f.created_at DESC, f.id DESC;

-- name: newest_tickets_of_order
-- The same of order $8, and of product $9 (NULL: any).
WITH looked AS MATERIALIZED (
    SELECT t.id, t.created_at, t.status, t.channel, t.product_id FROM tickets t
     WHERE t.order_id = $8 AND t.org_id = $1 AND (t.created_at, t.id) < ($2, $3)
     ORDER BY t.created_at DESC, t.id DESC LIMIT $6
), found AS (
    SELECT id, created_at FROM looked
     WHERE channel <> 'booking' AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR channel = $5)
       AND ($9::bigint IS NULL OR product_id = $9)
     ORDER BY created_at DESC, id DESC LIMIT $7
)
SELECT f.id, f.created_at, l.last_at, l.last_id
  FROM (SELECT CASE WHEN count(*) = $6 THEN min(created_at) END AS last_at,
               CASE WHEN count(*) = $6 THEN (array_agg(id ORDER BY created_at, id))[1] END AS last_id FROM looked) l
  LEFT JOIN found f ON true
 ORDER BY f.created_at DESC, f.id DESC;

-- name: ticket_of_code
SELECT id FROM tickets WHERE code = $2 AND org_id = $1 AND channel <> 'booking';

-- name: order_named
-- The order of this reference or, if there is none, of this number; $3 may be NULL.
SELECT id FROM (SELECT id, 1 AS n FROM orders WHERE reference = $2 AND org_id = $1
                UNION ALL
                SELECT id, 2 FROM orders WHERE org_id = $1 AND id = $3) o ORDER BY n LIMIT 1;

-- name: listed_tickets
-- These tickets of an organisation, newest first, with product, order and the reservation that stands.
SELECT t.id AS ticket_id, t.code AS ticket_code, t.status, t.channel, t.product_id, p.name AS product, p.name_zh AS product_zh,
       t.order_id, o.reference AS order_reference, t.created_at, t.valid_until, t.verified_at, t.cancelled_at,
       s.date AS reserved_date, s.start_time, s.end_time
  FROM unnest($2::bigint[]) AS a (id)
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = $1 AND t.id = a.id LIMIT 1) t ON true
  JOIN LATERAL (SELECT * FROM products p WHERE p.org_id = t.org_id AND p.id = t.product_id LIMIT 1) p ON true
  JOIN LATERAL (SELECT * FROM orders o WHERE o.org_id = t.org_id AND o.id = t.order_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT s.date, s.start_time, s.end_time FROM ticket_reservations r
                       JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) s ON true
 ORDER BY t.created_at DESC, t.id DESC;
