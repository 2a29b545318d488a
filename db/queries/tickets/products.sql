-- Products: what tickets are of. Whether a product has tickets is asked by its newest one, in the order of an index: without an order
-- the planner expects the first row of the table to be one, and reads a million for a product that has none.

-- name: products_at_gates
-- The products of an organisation that have something to say at the gates of venue $2. `gates` is NULL where every gate will do,
-- and has no gate that is retired.
SELECT p.id, p.name, p.name_zh, p.note, p.note_zh, p.attention, p.question, p.question_zh, g.gates
  FROM products p
  LEFT JOIN LATERAL (
        SELECT coalesce(array_agg(g.name ORDER BY g.name, g.id) FILTER (WHERE g.venue_id = $2 AND g.retired_at IS NULL), '{}') AS gates
          FROM product_gates x
          JOIN gates g ON g.org_id = x.org_id AND g.id = x.gate_id
         WHERE x.org_id = p.org_id AND x.product_id = p.id
        HAVING count(*) > 0) g ON true
 WHERE p.org_id = $1 AND (p.note <> '' OR p.note_zh <> '' OR p.attention OR p.question <> '' OR p.question_zh <> ''
                          OR g.gates IS NOT NULL)
 ORDER BY p.id;

-- name: list_products
-- The products of an organisation with ids below $2, newest first: those that sell ($3 false), or the archived ones. $4 is a part
-- of a name in either language, with % and _ escaped; $5 a venue, whose products include those of every venue. Both may be NULL.
SELECT p.id AS product_id, p.venue_id, v.name AS venue, p.name, p.name_zh, p.activation_mode, p.valid_days, p.valid_until,
       p.note, p.note_zh, p.attention, p.question, p.question_zh, p.sold_at_door, p.archived_at, p.version, g.ids AS gate_ids,
       g.names AS gate_names, g.venue_ids AS gate_venue_ids,
       k.id IS NOT NULL AS has_tickets
  FROM products p
  LEFT JOIN venues v ON v.org_id = p.org_id AND v.id = p.venue_id
  LEFT JOIN LATERAL (SELECT array_agg(g.id ORDER BY g.name, g.id) AS ids, array_agg(g.name ORDER BY g.name, g.id) AS names,
                            array_agg(g.venue_id ORDER BY g.name, g.id) AS venue_ids
                       FROM product_gates x
                       JOIN gates g ON g.org_id = x.org_id AND g.id = x.gate_id
                      WHERE x.org_id = p.org_id AND x.product_id = p.id) g ON true
  LEFT JOIN LATERAL (SELECT t.id FROM tickets t WHERE t.product_id = p.id AND t.org_id = p.org_id
                      ORDER BY t.created_at DESC, t.id DESC LIMIT 1) k ON true
 WHERE p.org_id = $1 AND p.id < $2 AND (p.archived_at IS NOT NULL) = $3::boolean
   AND ($4::text IS NULL OR p.name ILIKE '%' || $4 || '%' OR p.name_zh ILIKE '%' || $4 || '%')
   AND ($5::bigint IS NULL OR p.venue_id IS NULL OR p.venue_id = $5)
 ORDER BY p.id DESC LIMIT $6;

-- name: read_product
-- One product, with its gates by name.
SELECT p.id AS product_id, p.venue_id, v.name AS venue, p.name, p.name_zh, p.activation_mode, p.valid_days, p.valid_until,
       p.note, p.note_zh, p.attention, p.question, p.question_zh, p.sold_at_door, p.archived_at, p.version, g.ids AS gate_ids,
       g.names AS gate_names, g.venue_ids AS gate_venue_ids,
       k.id IS NOT NULL AS has_tickets
  FROM products p
  LEFT JOIN venues v ON v.org_id = p.org_id AND v.id = p.venue_id
  LEFT JOIN LATERAL (SELECT array_agg(g.id ORDER BY g.name, g.id) AS ids, array_agg(g.name ORDER BY g.name, g.id) AS names,
                            array_agg(g.venue_id ORDER BY g.name, g.id) AS venue_ids
                       FROM product_gates x
                       JOIN gates g ON g.org_id = x.org_id AND g.id = x.gate_id
                      WHERE x.org_id = p.org_id AND x.product_id = p.id) g ON true
  LEFT JOIN LATERAL (SELECT t.id FROM tickets t WHERE t.product_id = p.id AND t.org_id = p.org_id
                      ORDER BY t.created_at DESC, t.id DESC LIMIT 1) k ON true
 WHERE p.org_id = $1 AND p.id = $2;

-- name: lock_product
-- Locks a product against other changes, and not against tickets that are issued meanwhile.
SELECT id, version FROM products WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: lock_product_to_delete
-- Locks a product also against tickets that are issued meanwhile.
SELECT id, version FROM products WHERE org_id = $1 AND id = $2 FOR UPDATE;

-- name: add_product
-- Adds a product and returns its id; nothing if the organisation has no venue $2.
INSERT INTO products (org_id, venue_id, name, name_zh, activation_mode, valid_days, valid_until, note, note_zh, attention, question,
                      question_zh, sold_at_door, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
 WHERE $2::bigint IS NULL OR EXISTS (SELECT 1 FROM venues v WHERE v.org_id = $1 AND v.id = $2)
RETURNING id;

-- name: change_product
-- Writes all fields of a product that the caller has locked.
UPDATE products
   SET venue_id = $3, name = $4, name_zh = $5, activation_mode = $6, valid_days = $7, valid_until = $8, note = $9, note_zh = $10,
       attention = $11, question = $12, question_zh = $13, sold_at_door = $14, version = version + 1,
       archived_at = CASE WHEN $15::boolean THEN coalesce(archived_at, $16) END
 WHERE org_id = $1 AND id = $2;

-- name: set_gates
-- Gives a product that the caller has locked, or has just added, these gates and no others.
WITH gone AS (
    DELETE FROM product_gates WHERE org_id = $1 AND product_id = $2 AND gate_id <> ALL ($3::bigint[])
)
INSERT INTO product_gates (org_id, product_id, gate_id)
SELECT $1, $2, g FROM unnest($3::bigint[]) AS g
ON CONFLICT DO NOTHING;

-- name: gates_to_choose
-- The gates of an organisation with their venues, or of its venue $2, by venue and name.
SELECT g.id AS gate_id, g.venue_id, v.name AS venue, g.name, g.retired_at IS NOT NULL AS is_retired
  FROM gates g
  JOIN venues v ON v.org_id = g.org_id AND v.id = g.venue_id
 WHERE g.org_id = $1 AND ($2::bigint IS NULL OR g.venue_id = $2)
 ORDER BY v.name, g.venue_id, g.name;

-- name: venues_to_choose
SELECT id AS venue_id, name FROM venues WHERE org_id = $1 ORDER BY name, id;

-- name: delete_product
-- Deletes a product that the caller has locked, with its gates, and returns its id; nothing if it has tickets.
DELETE FROM products p
 WHERE p.org_id = $1 AND p.id = $2
   AND (SELECT t.id FROM tickets t WHERE t.product_id = p.id AND t.org_id = p.org_id
         ORDER BY t.created_at DESC, t.id DESC LIMIT 1) IS NULL
RETURNING p.id;
