-- The tickets of an import. Locks: the import, the turn of its organisation, then tickets by id.

-- name: take_turn
-- One batch of an organisation's imports at a time: two files may add the same orders and products.
SELECT pg_advisory_xact_lock(hashtextextended('imports', $1));

-- name: standing_tickets
-- The tickets that have one of the codes. `venue_id` is where each stands, and NULL at every venue.
SELECT t.id, t.code, t.status, t.channel, t.customer_name AS name, coalesce(t.imported_email, t.customer_email) AS email,
       coalesce(t.imported_phone, t.customer_phone) AS phone, t.product_id, p.name AS product, o.reference AS order_reference,
       t.cancel_reason,
       coalesce(r.venue_id, p.venue_id) AS venue_id
  FROM tickets t
  LEFT JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
  LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
 WHERE t.org_id = $1 AND t.code = ANY ($2::text[]);

-- name: lock_tickets
-- Locks the tickets that have one of the codes, by id, so that what is read of them next stays true.
SELECT t.id FROM tickets t WHERE t.org_id = $1 AND t.code = ANY ($2::text[]) ORDER BY t.id FOR NO KEY UPDATE;

-- name: products_named
-- The products of these ids or names, those first that are not archived.
SELECT id, name, venue_id, activation_mode, valid_days, valid_until FROM products
 WHERE org_id = $1 AND (id::text = ANY ($2::text[]) OR name = ANY ($2::text[])) ORDER BY archived_at NULLS FIRST, id;

-- name: orders_by_reference
-- One row per reference, with whether it was made. Missing orders are made; existing ones keep their status and address.
WITH made AS (
    INSERT INTO orders (org_id, reference, status, created_at, paid_at, customer_email)
    SELECT $1, reference, status, $4::timestamptz, CASE WHEN status = 'PAID' THEN $4 END, email
      FROM unnest($2::text[], $3::text[], $5::text[]) AS o (reference, status, email)
    ON CONFLICT (org_id, reference) WHERE reference IS NOT NULL DO NOTHING
    RETURNING reference, id
)
SELECT reference, id, true AS made FROM made
UNION ALL
SELECT reference, id, false FROM orders WHERE org_id = $1 AND reference = ANY ($2::text[]);

-- name: import_tickets
-- Adds tickets and returns their codes. Existing codes are left as they are.
INSERT INTO tickets (org_id, code, order_id, product_id, channel, status, activation_mode, customer_name, customer_email,
                     customer_phone, imported_email, imported_phone, valid_until, created_at, activated_at)
SELECT $1, t.code, t.order_id, t.product_id, t.channel, t.status, t.activation_mode, t.name, t.email, t.phone,
       t.email, t.phone, t.valid_until, $12::timestamptz, CASE WHEN t.status = 'ACTIVATED' THEN $12 END
  FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
              $10::text[], $11::timestamptz[])
       AS t (code, order_id, product_id, channel, status, activation_mode, name, email, phone, valid_until)
ON CONFLICT (org_id, code) DO NOTHING
RETURNING code;

-- name: change_tickets
-- Changes locked tickets; what is NULL stays. The contact of a booking is the visitor's own, so a file changes only the imported one then.
UPDATE tickets t
   SET customer_name = coalesce(c.name, t.customer_name),
       imported_email = coalesce(c.email, t.imported_email), imported_phone = coalesce(c.phone, t.imported_phone),
       customer_email = CASE WHEN t.reserved_at IS NULL THEN coalesce(c.email, t.customer_email) ELSE t.customer_email END,
       customer_phone = CASE WHEN t.reserved_at IS NULL THEN coalesce(c.phone, t.customer_phone) ELSE t.customer_phone END,
       status = coalesce(c.status, t.status),
       activated_at = CASE WHEN c.status = 'ACTIVATED' THEN $9::timestamptz ELSE t.activated_at END,
       activation_mode = CASE WHEN c.status = 'INACTIVE' THEN 'deferred' ELSE t.activation_mode END,
       channel = coalesce(c.channel, t.channel),
       product_id = coalesce(c.product_id, t.product_id),
       valid_until = CASE WHEN c.product_id IS NULL THEN t.valid_until ELSE c.valid_until END,
       version = t.version + 1
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $10::timestamptz[])
       AS c (id, name, email, phone, status, channel, product_id, valid_until)
 WHERE t.org_id = $1 AND t.id = c.id
RETURNING t.code;

-- name: orders_paid_up
-- The orders of tickets $2 that wait for payment although none of their tickets does any more.
SELECT o.id FROM orders o
 WHERE o.org_id = $1 AND o.status = 'PENDING_PAYMENT'
   AND o.id IN (SELECT t.order_id FROM tickets t WHERE t.org_id = $1 AND t.id = ANY ($2::bigint[]))
   AND NOT EXISTS (SELECT FROM tickets w WHERE w.order_id = o.id AND w.org_id = o.org_id AND w.status = 'PENDING_PAYMENT');
