-- Messages of the control room to the gates, and who has read them.

-- name: add_message
INSERT INTO gate_messages (org_id, venue_id, gate, text, sent_by, sent_at) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id;

-- name: read_by
-- Records that staff member $3 at gate $4 has read the message. Reading it again changes nothing.
INSERT INTO gate_message_readers (org_id, message_id, staff_id, gate, read_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: venue_of_message
SELECT venue_id FROM gate_messages WHERE org_id = $1 AND id = $2;

-- name: read_messages
-- The newest $5 messages of a venue ($2; NULL: of all) since $3, or the one with the id $4, each with its readers, newest first.
SELECT m.id, m.venue_id, m.gate, m.text, m.sent_by, m.sent_at, s.name AS sender,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', r.staff_id, 'name', o.name, 'gate', r.gate, 'read_at', r.read_at)
                                  ORDER BY r.read_at, r.staff_id)
                   FROM gate_message_readers r
                   LEFT JOIN staff o ON o.org_id = r.org_id AND o.id = r.staff_id
                  WHERE r.org_id = m.org_id AND r.message_id = m.id), '[]'::jsonb) AS readers
  FROM gate_messages m
  LEFT JOIN staff s ON s.org_id = m.org_id AND s.id = m.sent_by
 WHERE m.org_id = $1 AND ($2::bigint IS NULL OR m.venue_id = $2) AND m.sent_at >= $3 AND ($4::bigint IS NULL OR m.id = $4)
 ORDER BY m.sent_at DESC, m.id DESC
 LIMIT $5;

-- name: drop_old_messages
DELETE FROM gate_messages WHERE sent_at < $1;
