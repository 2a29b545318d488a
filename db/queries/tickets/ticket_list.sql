-- The list of tickets, newest first. A statement looks at no more than a given number of tickets, whatever matches: no index has
-- the status, because an index on a column that an entry changes would make every entry slower. `last_order`, `last_at` and
-- `last_id` name the last ticket that was looked at, or are NULL if there are no more. Bookings and guests have no order and are not
-- listed.

-- name: newest_tickets
-- Those of an organisation, by order and within it by time, after order $8 and there before $2 and $3; of status $4 and channel $5
-- (NULL: any), after looking at $6; at most $7.
WITH looked AS MATERIALIZED (
    SELECT t.id, t.created_at, t.status, t.channel, o.id AS order_id
      FROM (SELECT org_id, id FROM orders WHERE org_id = $1 AND id <= $8 ORDER BY id DESC) o
     CROSS JOIN LATERAL (SELECT t.id, t.created_at, t.status, t.channel FROM tickets t
                          WHERE t.order_id = o.id AND t.org_id = o.org_id AND (o.id < $8 OR (t.created_at, t.id) < ($2, $3))
                          ORDER BY t.created_at DESC, t.id DESC LIMIT $6) t
     ORDER BY o.id DESC, t.created_at DESC, t.id DESC LIMIT $6
), found AS (
    SELECT id, created_at, order_id FROM looked
     WHERE ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR channel = $5)
     ORDER BY order_id DESC, created_at DESC, id DESC LIMIT $7
)
SELECT f.id, f.created_at, f.order_id, l.last_order, l.last_at, l.last_id
  FROM (SELECT count(*) = $6 AS full_page FROM looked) n
  LEFT JOIN LATERAL (SELECT order_id AS last_order, created_at AS last_at, id AS last_id FROM looked
                      WHERE n.full_page ORDER BY order_id, created_at, id LIMIT 1) l ON true
  LEFT JOIN found f ON true
 ORDER BY f.order_id DESC, f.created_at DESC, f.id DESC;

-- name: newest_tickets_of_product
-- The same of product $8, by time before $2 and $3.
WITH looked AS MATERIALIZED (
    SELECT t.id, t.created_at, t.status, t.channel FROM tickets t
     WHERE t.product_id = $8 AND t.org_id = $1 AND (t.created_at, t.id) < ($2, $3)
     ORDER BY t.created_at DESC, t.id DESC LIMIT $6
), found AS (
    SELECT id, created_at FROM looked
     WHERE ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR channel = $5)
     ORDER BY created_at DESC, id DESC LIMIT $7
)
SELECT f.id, f.created_at, 0::bigint AS order_id, 0::bigint AS last_order, l.last_at, l.last_id
  FROM (SELECT count(*) = $6 AS full_page FROM looked) n
  LEFT JOIN LATERAL (SELECT created_at AS last_at, id AS last_id FROM looked
                      WHERE n.full_page ORDER BY created_at, id LIMIT 1) l ON true
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
     WHERE ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR channel = $5)
       AND ($9::bigint IS NULL OR product_id = $9)
     ORDER BY created_at DESC, id DESC LIMIT $7
)
SELECT f.id, f.created_at, 0::bigint AS order_id, 0::bigint AS last_order, l.last_at, l.last_id
  FROM (SELECT count(*) = $6 AS full_page FROM looked) n
  LEFT JOIN LATERAL (SELECT created_at AS last_at, id AS last_id FROM looked
                      WHERE n.full_page ORDER BY created_at, id LIMIT 1) l ON true
  LEFT JOIN found f ON true
 ORDER BY f.created_at DESC, f.id DESC;

-- name: ticket_of_code
SELECT id FROM tickets WHERE code = $2 AND org_id = $1 AND channel NOT IN ('booking', 'guest');

-- name: order_named
-- The order of this reference or, if there is none, of this number; $3 may be NULL.
SELECT id FROM (SELECT id, 1 AS n FROM orders WHERE reference = $2 AND org_id = $1
                UNION ALL
                SELECT id, 2 FROM orders WHERE org_id = $1 AND id = $3) o ORDER BY n LIMIT 1;

-- name: listed_tickets
-- These tickets of an organisation, in the given order, with product, order and the reservation that stands. `venue_id` is
-- where a ticket stands: that of the reservation, else of the product, and NULL at every venue.
SELECT t.id AS ticket_id, t.code AS ticket_code, t.status, t.channel, t.product_id, p.name AS product, p.name_zh AS product_zh,
       t.order_id, o.reference AS order_reference, t.created_at, t.valid_until, t.verified_at, t.cancelled_at,
       s.date AS reserved_date, s.start_time, s.end_time, coalesce(s.venue_id, p.venue_id) AS venue_id
  FROM unnest($2::bigint[]) WITH ORDINALITY AS a (id, n)
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = $1 AND t.id = a.id LIMIT 1) t ON true
  JOIN LATERAL (SELECT * FROM products p WHERE p.org_id = t.org_id AND p.id = t.product_id LIMIT 1) p ON true
  JOIN LATERAL (SELECT * FROM orders o WHERE o.org_id = t.org_id AND o.id = t.order_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT s.date, s.start_time, s.end_time, r.venue_id FROM ticket_reservations r
                       JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) s ON true
 ORDER BY a.n;
