-- The demo venue.

-- name: demo_organisation
-- The organisation that `hub demo` made, if there is one.
SELECT o.id FROM organisations o JOIN staff s ON s.org_id = o.id WHERE o.name = $1 AND s.username = $2 LIMIT 1;

-- name: anything_made
-- Whether the database has anything beyond the first, empty venue.
SELECT EXISTS (SELECT 1 FROM staff) OR EXISTS (SELECT 1 FROM tickets) OR EXISTS (SELECT 1 FROM reservation_slots)
    OR (SELECT count(*) > 1 FROM venues);

-- name: name_organisation
UPDATE organisations SET name = $1 WHERE id = (SELECT min(id) FROM organisations) RETURNING id;

-- name: name_venue
UPDATE venues SET name = $2, timezone = $3, country = $4 WHERE org_id = $1 AND id = (SELECT min(id) FROM venues WHERE org_id = $1)
RETURNING id;

-- name: spare_tickets
-- A few tickets of each kind to try: unreserved ones first, then one of the family order, one that is not active yet, and
-- those with a reservation for today or later.
(SELECT t.code, 'ready to book' AS standing FROM tickets t JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
  WHERE t.org_id = $1 AND t.status = 'ACTIVATED' AND t.channel = 'direct' AND o.customer_email IS NULL
  ORDER BY t.created_at, t.id LIMIT 4)
UNION ALL
(SELECT t.code, 'one of several bought by ' || o.customer_email FROM tickets t
   JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
  WHERE t.org_id = $1 AND t.status = 'ACTIVATED' AND o.customer_email = $3 ORDER BY t.created_at, t.id LIMIT 1)
UNION ALL
(SELECT code, 'to be activated first' FROM tickets WHERE org_id = $1 AND status = 'INACTIVE' AND channel <> 'booking' ORDER BY created_at, id LIMIT 1)
UNION ALL
(SELECT t.code, 'reserved for ' || to_char(s.date, 'YYYY-MM-DD') || ' ' || to_char(s.start_time, 'HH24:MI')
   FROM tickets t
   JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.status = 'RESERVED'
   JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  WHERE t.org_id = $1 AND s.ends_at > $2 ORDER BY s.starts_at, t.id LIMIT 3);

-- name: slots_from
-- The slots that have not ended, in order of time.
SELECT id, date, booked_count > verified_count AS waiting FROM reservation_slots
 WHERE org_id = $1 AND ends_at > $2 ORDER BY starts_at LIMIT 40;
