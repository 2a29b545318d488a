-- Products: what tickets are of.

-- name: products_at_gates
-- The products of an organisation that have something to say at the gates of venue $2. `gates` is NULL where every gate will do.
SELECT p.id, p.name, p.name_zh, p.note, p.note_zh, p.attention, p.question, p.question_zh, g.gates
  FROM products p
  LEFT JOIN LATERAL (
        SELECT coalesce(array_agg(g.name ORDER BY g.name, g.id) FILTER (WHERE g.venue_id = $2), '{}') AS gates
          FROM product_gates x
          JOIN gates g ON g.org_id = x.org_id AND g.id = x.gate_id
         WHERE x.org_id = p.org_id AND x.product_id = p.id
        HAVING count(*) > 0) g ON true
 WHERE p.org_id = $1 AND (p.note <> '' OR p.note_zh <> '' OR p.attention OR p.question <> '' OR p.question_zh <> ''
                          OR g.gates IS NOT NULL)
 ORDER BY p.id;
