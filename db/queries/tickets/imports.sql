-- Imports: tickets whose codes were made by another system.

-- name: standing_codes
-- Those of the codes that the organisation has already.
SELECT code FROM tickets WHERE org_id = $1 AND code = ANY ($2::text[]);

-- name: find_product
-- The product of that id or name, or nothing; of several the first that is not archived.
SELECT id, venue_id, activation_mode, valid_days, valid_until FROM products WHERE org_id = $1 AND (id::text = $2 OR name = $2)
 ORDER BY archived_at NULLS FIRST, id LIMIT 1;

-- name: orders_by_reference
-- One row per reference. Missing orders are made; existing ones keep their status and address.
WITH made AS (
    INSERT INTO orders (org_id, reference, status, created_at, paid_at, customer_email)
    SELECT $1, reference, status, $4::timestamptz, CASE WHEN status = 'PAID' THEN $4 END, email
      FROM unnest($2::text[], $3::text[], $5::text[]) AS o (reference, status, email)
    ON CONFLICT (org_id, reference) WHERE reference IS NOT NULL DO NOTHING
    RETURNING reference, id
)
SELECT reference, id FROM made
UNION ALL
SELECT reference, id FROM orders WHERE org_id = $1 AND reference = ANY ($2::text[]);

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
