-- Tickets: their status, and its changes other than by scans. The ticket of a booking is none to the holders of tickets.

-- name: read_standing
-- One row per element of the arrays, in their order. `order_tickets` is the number of tickets that the order's address shows:
-- 1 without an address, and counted only up to the largest party, because an order may have a million tickets.
SELECT t.id, t.code, CASE WHEN t.verified_at IS NULL THEN t.status ELSE 'VERIFIED' END AS status, t.valid_until, t.product_id,
       t.order_id, r.id AS reservation_id, s.date AS reserved_date, r.customer_email AS reserved_email, p.venue_id AS product_venue_id, o.order_tickets
  FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS a (org_id, code, n)
  LEFT JOIN LATERAL (SELECT * FROM tickets t
                      WHERE t.code = a.code AND t.org_id = a.org_id AND t.channel NOT IN ('booking', 'guest') LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM ticket_reservations r
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT * FROM products p WHERE p.org_id = t.org_id AND p.id = t.product_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT CASE WHEN o.customer_email IS NULL THEN 1 ELSE
                              (SELECT count(*) FROM (SELECT f.org_id FROM tickets f WHERE f.order_id = o.id LIMIT 20) few
                                WHERE few.org_id = o.org_id) END AS order_tickets
                       FROM orders o WHERE o.org_id = t.org_id AND o.id = t.order_id LIMIT 1) o ON true
 ORDER BY a.n;

-- name: read_order_of
-- The order of a ticket, with its e-mail address.
SELECT o.id, o.customer_email
  FROM (SELECT * FROM tickets t WHERE t.code = $2 AND t.org_id = $1 AND t.channel NOT IN ('booking', 'guest') LIMIT 1) t
  JOIN LATERAL (SELECT * FROM orders o WHERE o.org_id = t.org_id AND o.id = t.order_id LIMIT 1) o ON true;

-- name: tickets_of_order
-- At most $3 tickets of an order with the day of their reservation, in the order they were made.
SELECT t.id, t.code, CASE WHEN t.verified_at IS NULL THEN t.status ELSE 'VERIFIED' END AS status,
       r.id AS reservation_id, s.date AS reserved_date, p.venue_id AS product_venue_id
  FROM (SELECT * FROM tickets f WHERE f.order_id = $2 LIMIT $3) t
  LEFT JOIN LATERAL (SELECT * FROM products p WHERE p.org_id = t.org_id AND p.id = t.product_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT * FROM ticket_reservations r
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id LIMIT 1) s ON true
 WHERE t.org_id = $1
 ORDER BY t.created_at, t.code;

-- name: read_ticket
-- One ticket of one organisation with its active reservation, unless it is a booking's. `venue_id` is where it stands: that of the
-- reservation, else of the product, and NULL at every venue.
SELECT t.id, t.code, t.status, t.channel, t.activation_mode, t.product_id, t.order_id, t.valid_until, t.activated_at,
       t.reserved_at, t.verified_at, t.version, p.venue_id AS product_venue_id, r.id AS reservation_id, r.slot_id,
       s.date AS reserved_date, s.start_time, s.end_time, coalesce(r.venue_id, p.venue_id) AS venue_id
  FROM tickets t
  LEFT JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
  LEFT JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
 WHERE t.org_id = $1 AND t.id = $2 AND t.channel NOT IN ('booking', 'guest');

-- name: activate
-- Changes INACTIVE to ACTIVATED. Returns nothing if the ticket was not INACTIVE.
UPDATE tickets SET status = 'ACTIVATED', activated_at = $3, version = version + 1
 WHERE org_id = $1 AND id = $2 AND status = 'INACTIVE' AND channel NOT IN ('booking', 'guest')
RETURNING id, code, activated_at;

-- name: take_turn_of_order
-- Lets one change of an order go on at a time, before any row is locked. Held until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('order ' || $1::bigint || ' ' || $2::bigint, 0));

-- name: default_product
-- The first product of an organisation that is not archived, or nothing.
SELECT id, venue_id, activation_mode, valid_days, valid_until, archived_at, name FROM products
 WHERE org_id = $1 AND archived_at IS NULL ORDER BY id LIMIT 1;

-- name: read_product
SELECT id, venue_id, activation_mode, valid_days, valid_until, archived_at FROM products WHERE org_id = $1 AND id = $2;

-- name: add_product
INSERT INTO products (org_id, venue_id, name, activation_mode, sold_at_door) VALUES ($1, $2, $3, $4, $5)
RETURNING id, venue_id, activation_mode, valid_days, valid_until, archived_at;

-- name: read_order
SELECT id, status FROM orders WHERE org_id = $1 AND id = $2;

-- name: add_order
INSERT INTO orders (org_id, status, customer_name, created_at, paid_at, customer_email) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id;

-- name: add_tickets
-- Adds tickets and returns them. Existing codes are skipped.
INSERT INTO tickets (org_id, code, order_id, product_id, channel, status, activation_mode, customer_name, valid_until,
                     created_at, activated_at)
SELECT $1, code, $3, $4, $5, $6::text, $7, $8, $9, $10::timestamptz, CASE WHEN $6 = 'ACTIVATED' THEN $10 END
  FROM unnest($2::text[]) AS c (code)
ON CONFLICT (org_id, code) DO NOTHING
RETURNING id, code;
