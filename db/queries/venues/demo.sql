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
UPDATE venues SET name = $2, timezone = $3, country = $4, door_sales = 'operators' WHERE org_id = $1 AND id = (SELECT min(id) FROM venues WHERE org_id = $1)
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
(SELECT code, 'to be activated first' FROM tickets
  WHERE org_id = $1 AND status = 'INACTIVE' AND channel NOT IN ('booking', 'guest') ORDER BY created_at, id LIMIT 1)
UNION ALL
(SELECT t.code, 'reserved for ' || to_char(s.date, 'YYYY-MM-DD') || ' ' || to_char(s.start_time, 'HH24:MI')
   FROM tickets t
   JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.status = 'RESERVED'
   JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  WHERE t.org_id = $1 AND s.ends_at > $2 AND s.show_id IS NULL ORDER BY s.starts_at, t.id LIMIT 3);

-- name: slots_from
-- The slots for tickets that have not ended, in order of time.
SELECT id, date, booked_count > verified_count AS waiting FROM reservation_slots
 WHERE org_id = $1 AND ends_at > $2 AND show_id IS NULL ORDER BY starts_at LIMIT 40;

-- name: demo_operator
-- Who scans in the demo.
SELECT id, name FROM staff WHERE org_id = $1 AND role = 'OPERATOR' ORDER BY id LIMIT 1;

-- name: demo_shows
-- The shows by title, with the day of their last performance.
SELECT w.id, w.title, (SELECT max(s.date) FROM reservation_slots s WHERE s.show_id = w.id AND s.org_id = w.org_id) AS last_date
  FROM shows w WHERE w.org_id = $1 ORDER BY w.id;

-- name: demo_room
SELECT id FROM rooms WHERE org_id = $1 AND name = $2 ORDER BY id LIMIT 1;

-- name: empty_performance
-- The first performance in room $2 from day $3 on that nobody has booked.
SELECT s.id FROM reservation_slots s JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
 WHERE s.org_id = $1 AND m.name = $2 AND s.date >= $3 AND s.status = 'ACTIVE' AND s.booked_count = 0
 ORDER BY s.starts_at, s.id LIMIT 1;

-- name: parties_expected
-- Whether people have not come yet to a performance that is not over at $3, and is on day $2 or begins within an hour.
SELECT EXISTS (SELECT 1 FROM reservation_slots s
                WHERE s.org_id = $1 AND (s.date = $2 OR s.starts_at <= $3::timestamptz + interval '1 hour') AND s.ends_at > $3
                  AND s.show_id IS NOT NULL AND s.booked_count > s.verified_count);

-- name: performance_of_today
-- A performance in room $2 on day $3 that begins after $4 and can be booked.
SELECT s.id FROM reservation_slots s JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
 WHERE s.org_id = $1 AND m.name = $2 AND s.date = $3 AND s.starts_at > $4 AND s.status = 'ACTIVE' AND NOT s.booking_closed
 ORDER BY s.starts_at, s.id LIMIT 1;

-- name: link_of_request
-- The secret of the link in an e-mail that is not sent yet.
SELECT payload ->> 'confirm_token' FROM mail_outbox
 WHERE org_id = $1 AND kind = 'booking.requested' AND (payload ->> 'booking_id')::bigint = $2 ORDER BY id DESC LIMIT 1;

-- name: demo_bookings
-- Bookings of performances that are not over at $2: one of which nobody has come yet, and one that is partly in.
SELECT DISTINCT ON (r.admitted > 0)
       t.code, w.title, s.date, s.start_time, r.places, r.admitted
  FROM bookings b
  JOIN tickets t ON t.org_id = b.org_id AND t.id = b.id
  JOIN ticket_reservations r ON r.org_id = b.org_id AND r.ticket_id = b.id AND r.holds_place
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE b.org_id = $1 AND b.status = 'CONFIRMED' AND s.ends_at > $2 AND r.admitted < r.places
 ORDER BY r.admitted > 0, s.starts_at, r.places < 3, r.places, b.id;
