-- The box office at the gate: what a steward needs beside the scan. Reads take no lock.

-- name: contact_of_ticket
-- Where the confirmation of a booking at the gate goes: the address of the ticket, else of its order.
SELECT coalesce(nullif(t.customer_email, ''), t.imported_email, o.customer_email, '') AS email, coalesce(t.customer_phone, '') AS phone, o.language
  FROM tickets t
  LEFT JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
 WHERE t.org_id = $1 AND t.id = $2;

-- name: slots_of_day
-- The slots of a venue's day that can be booked with a ticket and have not ended at $4, with their free places, in order of time.
SELECT s.id AS slot_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       greatest(s.total_capacity - s.booked_count - s.held_count, 0) AS free
  FROM reservation_slots s
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date = $3 AND s.status = 'ACTIVE' AND s.show_id IS NULL AND s.ends_at > $4
 ORDER BY s.starts_at, s.id;

-- name: own_contact
-- The contact of a ticket, and its standing reservation, if any. A detail that is not known is ''.
SELECT t.version, t.channel, coalesce(nullif(t.customer_email, ''), t.imported_email, '') AS email, coalesce(t.customer_phone, '') AS phone,
       r.id AS reservation_id, coalesce(r.venue_id, p.venue_id) AS venue_id
  FROM tickets t
  LEFT JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
 WHERE t.org_id = $1 AND t.id = $2;

-- name: correct_ticket
-- Gives a ticket without a reservation another contact. Returns nothing if it has changed since it was read.
UPDATE tickets SET customer_email = $4, customer_phone = nullif($5, ''), version = version + 1
 WHERE org_id = $1 AND id = $2 AND version = $3
RETURNING id;

-- name: sent_ticket
-- What is sent again of a ticket: its standing reservation, or else the ticket itself, each with its address ('' without one):
-- the ticket's own, else the order's, or that of its line in an imported file.
SELECT t.order_id, t.channel, t.status, coalesce(nullif(t.customer_email, ''), nullif(o.customer_email, ''), t.imported_email, '') AS ticket_email,
       r.id AS reservation_id,
       coalesce(r.customer_email, '') AS reservation_email, coalesce(r.venue_id, p.venue_id) AS venue_id
  FROM tickets t
  LEFT JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
  LEFT JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
 WHERE t.org_id = $1 AND t.id = $2;

-- name: bind_to_scan
-- Binds a reservation to the entry for which it was made, or moved from slot $4.
UPDATE ticket_reservations SET gate_scan_id = $3, gate_from_slot_id = $4 WHERE org_id = $1 AND id = $2;
