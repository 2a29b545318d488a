-- Notices to staff at a gate.

-- name: give_notices
-- Stores the notices of the arrays $2 to $6 and $8. Returns their ids in the same order.
INSERT INTO notices (org_id, venue_id, staff_id, gate, kind, data, told_at, device)
SELECT $1, n.venue_id, n.staff_id, n.gate, n.kind, n.data::jsonb, $7, n.device
  FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $8::text[])
       WITH ORDINALITY AS n (venue_id, staff_id, gate, kind, data, device, n)
 ORDER BY n.n
RETURNING id;

-- name: recent_notices
-- The newest $6 notices since $2 to a staff member ($3), or to the gate ($5), the device ($7) or everybody of their venue ($4),
-- oldest first. Messages since $8, unless they have read them.
SELECT r.id, r.kind, r.data, r.told_at
  FROM (SELECT n.id, n.kind, n.data, n.told_at
          FROM notices n
         WHERE n.org_id = $1 AND n.told_at > $8 AND (n.told_at > $2 OR n.kind = 'message') AND (n.staff_id = $3 OR (n.venue_id = $4
               AND (n.gate = $5 OR n.device = $7 OR num_nonnulls(n.staff_id, n.gate, n.device) = 0)))
           AND NOT EXISTS (SELECT 1 FROM gate_message_readers g
                            WHERE n.kind = 'message' AND g.org_id = n.org_id AND g.message_id = (n.data ->> 'message_id')::bigint
                              AND g.staff_id = $3)
         ORDER BY n.told_at DESC, n.id DESC
         LIMIT $6) r
 ORDER BY r.told_at, r.id;

-- name: drop_old_notices
DELETE FROM notices WHERE told_at < $1;
