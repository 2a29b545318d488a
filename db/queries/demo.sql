-- The demo venue, made once.

-- name: organisation_count
SELECT count(*) FROM organisations;

-- name: add_organisation
INSERT INTO organisations (name) VALUES ($1) RETURNING id;

-- name: add_venue
INSERT INTO venues (org_id, name, timezone) VALUES ($1, $2, $3) RETURNING id;

-- name: add_gate
INSERT INTO gates (org_id, venue_id, name) VALUES ($1, $2, $3) RETURNING id;

-- name: spare_tickets
-- A few tickets of each standing to try things with: unreserved ones first, then those for today and for later.
(SELECT code, 'ready to book' AS standing FROM tickets
  WHERE org_id = $1 AND status = 'ACTIVATED' AND channel = 'direct' ORDER BY created_at, id LIMIT 4)
UNION ALL
(SELECT t.code, 'reserved for ' || to_char(s.date, 'YYYY-MM-DD') || ' ' || to_char(s.start_time, 'HH24:MI')
   FROM tickets t
   JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.status = 'RESERVED'
   JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  WHERE t.org_id = $1 AND s.ends_at > $2 ORDER BY s.starts_at, t.id LIMIT 3);

-- name: slots_from
-- The slots that have not ended, soonest first.
SELECT id, date, start_time, end_time, ends_at FROM reservation_slots
 WHERE org_id = $1 AND ends_at > $2 ORDER BY starts_at LIMIT 40;
