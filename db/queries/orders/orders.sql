-- Orders: made, paid, cancelled and refunded. Changes of one order take turns by an advisory lock, before any row is locked. Then:
-- its tickets by id, reservations, slots by id, and last the order's own row.

-- name: claim_request
-- Notes a request by its key. Returns nothing if the key is known; a second request waits here until the first has ended.
INSERT INTO order_requests (org_id, key_hash, body_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (org_id, key_hash) DO NOTHING
RETURNING key_hash;

-- name: first_request
SELECT body_hash, order_id FROM order_requests WHERE org_id = $1 AND key_hash = $2;

-- name: name_order_of_request
UPDATE order_requests SET order_id = $3 WHERE org_id = $1 AND key_hash = $2;

-- name: drop_old_requests
DELETE FROM order_requests WHERE expires_at < $1;

-- name: products_of_order
-- These products of an organisation, with the names of their texts and what decides the validity of a ticket.
SELECT id, venue_id, name, name_zh, activation_mode, valid_days, valid_until, archived_at, sold_at_door FROM products
 WHERE org_id = $1 AND id = ANY ($2::bigint[]);

-- name: add_order
-- Adds an order. Returns nothing if there is one with this reference.
INSERT INTO orders (org_id, reference, status, customer_name, customer_email, language, api_key_id, created_at, paid_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, CASE WHEN $3 = 'PAID' THEN $8 END)
ON CONFLICT (org_id, reference) WHERE reference IS NOT NULL DO NOTHING
RETURNING id;

-- name: add_order_tickets
-- Adds tickets to order $2, one for each element of the arrays, and returns their codes. Existing codes are skipped.
INSERT INTO tickets (org_id, order_id, code, product_id, channel, status, activation_mode, customer_name, valid_until, created_at,
                     activated_at)
SELECT $1, $2, t.code, t.product_id, t.channel, t.status, t.mode, $8, t.valid_until, $9::timestamptz,
       CASE WHEN t.status = 'ACTIVATED' THEN $9 END
  FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $10::timestamptz[])
       AS t (code, product_id, channel, status, mode, valid_until)
ON CONFLICT (org_id, code) DO NOTHING
RETURNING code;

-- name: queue_mail
-- An e-mail to the order's address, if it has one.
INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
SELECT $1, $3, o.customer_email, jsonb_build_object('order_id', o.id), coalesce(o.language, $4), $5
  FROM orders o WHERE o.org_id = $1 AND o.id = $2 AND o.customer_email <> '';

-- name: leave_mails_to_shop
UPDATE orders SET mails = false WHERE org_id = $1 AND id = $2;

-- name: order_by_reference
SELECT id FROM orders WHERE reference = $2 AND org_id = $1;

-- name: read_order
SELECT o.id, o.reference, o.status, o.customer_name, o.customer_email, o.language, o.api_key_id, o.created_at, o.paid_at,
       o.cancelled_at, o.cancel_reason, o.cancelled_by, k.name AS shop, s.name AS cancelled_name
  FROM orders o
  LEFT JOIN api_keys k ON k.org_id = o.org_id AND k.id = o.api_key_id
  LEFT JOIN staff s ON s.org_id = o.org_id AND s.id = o.cancelled_by
 WHERE o.org_id = $1 AND o.id = $2;

-- name: read_order_tickets
-- At most $3 tickets of an order, in the order they were made. `venue_id` is where a ticket stands: that of its reservation, else of its
-- product, and NULL at every venue.
SELECT t.id AS ticket_id, t.code AS ticket_code, t.status, t.channel, t.product_id, p.name AS product, p.name_zh AS product_zh,
       t.valid_until, t.verified_at, t.cancelled_at, s.date AS reserved_date, s.start_time, s.end_time,
       coalesce(s.venue_id, p.venue_id) AS venue_id
  FROM (SELECT * FROM tickets f WHERE f.order_id = $2 AND f.org_id = $1 ORDER BY f.created_at DESC, f.id DESC LIMIT $3) t
  JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN LATERAL (SELECT s.date, s.start_time, s.end_time, r.venue_id FROM ticket_reservations r
                       JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) s ON true
 ORDER BY t.created_at, t.id;

-- name: tickets_to_print
-- At most $5 tickets of an order that can be used or were, those behind ticket $3, or ticket $4 alone. `venue` is that of the
-- visit or the product; where neither has one, the only venue or the organisation. `must_book`: it can be used, no time is booked with it, and
-- its venue, or one of those where it is valid, admits nobody without a reservation.
SELECT t.id AS ticket_id, t.code AS ticket_code, p.name AS product, p.name_zh AS product_zh,
       coalesce(v.name, (SELECT min(o.name) FROM venues o WHERE o.org_id = $1 HAVING count(*) = 1),
                (SELECT o.name FROM organisations o WHERE o.id = $1)) AS venue,
       s.date AS reserved_date, s.start_time, s.end_time,
       t.status IN ('ACTIVATED', 'INACTIVE') AND s.id IS NULL
         AND EXISTS (SELECT 1 FROM venues m WHERE m.org_id = $1 AND m.id = coalesce(p.venue_id, m.id) AND m.unreserved_entry = 'deny') AS must_book
  FROM tickets t
  JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN ticket_reservations r ON r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place
  LEFT JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  LEFT JOIN venues v ON v.org_id = t.org_id AND v.id = coalesce(r.venue_id, p.venue_id)
 WHERE t.order_id = $2 AND t.org_id = $1 AND t.id > $3 AND ($4::bigint IS NULL OR t.id = $4)
   AND t.status NOT IN ('CANCELLED', 'PENDING_PAYMENT') AND t.channel NOT IN ('booking', 'guest')
 ORDER BY t.id
 LIMIT $5;

-- name: ticket_ids_of_order
SELECT id FROM tickets WHERE order_id = $2 AND org_id = $1 AND channel NOT IN ('booking', 'guest') ORDER BY id;

-- name: tickets_named
-- The tickets of an order with these ids or codes.
SELECT id, code FROM tickets WHERE order_id = $2 AND org_id = $1 AND (id = ANY ($3::bigint[]) OR code = ANY ($4::text[]));

-- name: order_of_ticket
-- The order of a ticket, or NULL. It never changes, so it may be read before any lock.
SELECT order_id FROM tickets WHERE org_id = $1 AND id = $2;

-- name: pay_tickets
-- Makes the tickets of a paid order usable, which the caller has locked: ACTIVATED, or INACTIVE until their holder activates them.
UPDATE tickets
   SET status = CASE activation_mode WHEN 'deferred' THEN 'INACTIVE' ELSE 'ACTIVATED' END,
       activated_at = CASE activation_mode WHEN 'deferred' THEN NULL ELSE $3::timestamptz END, version = version + 1
 WHERE org_id = $1 AND order_id = $2 AND status = 'PENDING_PAYMENT'
RETURNING id, code, status;

-- name: mark_paid
-- Changes the orders $2 from PENDING_PAYMENT to PAID. Returns those that were neither paid nor cancelled before, with the number of their
-- tickets that are not cancelled, and the venue of these: NULL for several, or for tickets of every venue.
WITH paid AS (
    UPDATE orders SET status = 'PAID', paid_at = $3
     WHERE org_id = $1 AND id = ANY ($2::bigint[]) AND status = 'PENDING_PAYMENT'
    RETURNING id
)
SELECT paid.id, n.tickets, n.venue_id
  FROM paid
 CROSS JOIN LATERAL (SELECT count(*) AS tickets, CASE WHEN count(DISTINCT coalesce(p.venue_id, 0)) = 1 THEN min(p.venue_id) END AS venue_id
                       FROM tickets t JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
                      WHERE t.order_id = paid.id AND t.org_id = $1 AND t.status <> 'CANCELLED' AND t.channel NOT IN ('booking', 'guest')) n
 ORDER BY paid.id;

-- name: mark_cancelled
-- Changes an order to CANCELLED unless one of its tickets still stands. Returns nothing if it does, or the order was cancelled before.
UPDATE orders o SET status = 'CANCELLED', cancelled_at = $3, cancel_reason = $4, cancelled_by = $5
 WHERE o.org_id = $1 AND o.id = $2 AND o.status <> 'CANCELLED'
   AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = o.id AND t.org_id = o.org_id AND t.status <> 'CANCELLED')
RETURNING o.id;

-- name: list_orders
-- Orders of an organisation before order $2, newest first, at most $3, of status $4 (NULL: any) and among the orders $5 (NULL: all).
-- Of a scope $6 that is not empty, only those with a ticket at one of its venues or valid at every one. It looks at $7 orders. Those of $5 are
-- looked up: a condition with OR would walk through all orders until it has met them.
WITH looked AS MATERIALIZED (
    (SELECT o.* FROM orders o WHERE o.org_id = $1 AND o.id < $2 AND $5::bigint[] IS NULL ORDER BY o.id DESC LIMIT $7)
    UNION ALL
    (SELECT o.* FROM orders o WHERE o.org_id = $1 AND o.id < $2 AND o.id = ANY ($5::bigint[]) ORDER BY o.id DESC LIMIT $7)
), found AS (
    SELECT l.* FROM looked l
     WHERE ($4::text IS NULL OR l.status = $4)
       AND ($6::bigint[] = '{}' OR EXISTS (SELECT 1 FROM tickets t JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
                                            WHERE t.order_id = l.id AND t.org_id = l.org_id AND coalesce(p.venue_id, ($6::bigint[])[1]) = ANY ($6)))
     ORDER BY l.id DESC LIMIT $3
)
SELECT f.id, f.reference, f.status, f.customer_name, f.customer_email, f.created_at, f.paid_at, f.cancelled_at, k.name AS shop,
       n.tickets, n.cancelled, n.used, b.last_id
  FROM (SELECT CASE WHEN count(*) = $7 THEN min(id) END AS last_id FROM looked) b
  LEFT JOIN found f ON true
  LEFT JOIN api_keys k ON k.org_id = f.org_id AND k.id = f.api_key_id
  LEFT JOIN LATERAL (SELECT count(*) AS tickets, count(*) FILTER (WHERE few.status = 'CANCELLED') AS cancelled,
                            count(*) FILTER (WHERE few.verified_at IS NOT NULL) AS used
                       FROM (SELECT t.status, t.verified_at FROM tickets t WHERE t.order_id = f.id AND t.org_id = f.org_id LIMIT 10000) few) n ON true
 ORDER BY f.id DESC;

-- name: orders_found
-- At most $6 orders by reference or number, by the code of a ticket, by an e-mail address (lower case), or by a name by the query $5,
-- or of names without spaces by $8, each by its own index. Unused criteria are NULL.
SELECT id FROM (
    SELECT o.id FROM orders o WHERE o.reference = $2 AND o.org_id = $1
    UNION
    SELECT o.id FROM orders o WHERE o.org_id = $1 AND o.id = $7
    UNION
    SELECT t.order_id FROM tickets t WHERE t.code = $3 AND t.org_id = $1 AND t.order_id IS NOT NULL
    UNION
    (SELECT o.id FROM orders o WHERE lower(o.customer_email) = $4 AND o.customer_email IS NOT NULL AND o.org_id = $1 LIMIT $6)
    UNION
    (SELECT o.id FROM orders o WHERE to_tsvector('simple', folded_name(o.customer_name)) @@ to_tsquery('simple', $5::text)
        AND o.customer_name IS NOT NULL AND o.org_id = $1 LIMIT $6)
    UNION
    (SELECT o.id FROM orders o WHERE to_tsvector('simple', parted_name(o.customer_name)) @@ to_tsquery('simple', $8::text)
        AND o.customer_name ~ '[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]' AND o.org_id = $1 LIMIT $6)
) f LIMIT $6;

-- name: orders_of_address
-- At most $2 paid orders of an e-mail address (lower case), whatever the organisation, that have a ticket which can still be used and
-- has no visit booked yet: those with a visit have their confirmation sent again. The newest come first. Then as many orders of imports whose
-- buyer is not known, with the tickets in them that belong to this address. Such an order is looked up by its ticket: of few with such a buyer
-- the planner would read all orders.
(SELECT o.org_id, o.id, o.customer_email AS recipient, NULL::bigint[] AS ticket_ids
   FROM orders o
  WHERE lower(o.customer_email) = $1 AND o.customer_email IS NOT NULL AND o.status = 'PAID'
    AND EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = o.id AND t.org_id = o.org_id AND t.status IN ('ACTIVATED', 'INACTIVE'))
  ORDER BY o.id DESC LIMIT $2)
UNION ALL
(SELECT t.org_id, t.order_id, min(t.imported_email), (array_agg(t.id ORDER BY t.id))[1:500]
   FROM tickets t
  CROSS JOIN LATERAL (SELECT 1 FROM orders o WHERE o.org_id = t.org_id AND o.id = t.order_id AND o.status = 'PAID' AND o.customer_email IS NULL LIMIT 1) o
  WHERE lower(t.imported_email) = $1 AND t.imported_email IS NOT NULL AND t.status IN ('ACTIVATED', 'INACTIVE')
  GROUP BY t.org_id, t.order_id
  ORDER BY t.order_id DESC LIMIT $2);

-- name: queue_again
-- The e-mail with the tickets of an order once more: all, or those with the ids $4.
INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
SELECT $1, 'order.confirmed', $3, jsonb_strip_nulls(jsonb_build_object('order_id', o.id, 'ticket_ids', to_jsonb($4::bigint[]))),
       coalesce(o.language, $5), $6
  FROM orders o WHERE o.org_id = $1 AND o.id = $2;
