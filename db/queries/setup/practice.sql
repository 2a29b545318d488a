-- Practice tickets: each has a place of its own for one day, belongs to no visitor, and gets no mail.

-- name: read_practice
-- The newest practice ticket of a venue's day that has not been used.
SELECT t.id AS ticket_id, t.code
  FROM practice_tickets p
  JOIN tickets t ON t.org_id = p.org_id AND t.id = p.ticket_id
 WHERE p.venue_id = $2 AND p.org_id = $1 AND p.date = $3 AND t.status = 'RESERVED'
 ORDER BY p.id DESC LIMIT 1;

-- name: plain_product
-- A product whose tickets are good at venue $2 today, at every gate, with nothing to note or to ask. Nothing if there is none.
SELECT p.id FROM products p
 WHERE p.org_id = $1 AND p.archived_at IS NULL AND (p.venue_id IS NULL OR p.venue_id = $2) AND p.valid_until IS NULL
   AND p.note = '' AND p.question = '' AND NOT p.attention
   AND NOT EXISTS (SELECT 1 FROM product_gates g WHERE g.org_id = p.org_id AND g.product_id = p.id)
 ORDER BY p.id LIMIT 1;

-- name: add_product
-- A product that nobody at a gate sells.
INSERT INTO products (org_id, venue_id, name, activation_mode, sold_at_door) VALUES ($1, $2, $3, 'immediate', false) RETURNING id;

-- name: add_closed_slot
-- A slot of one place that nobody else can book: no visitor loses a place, nobody is reminded of it. Returns nothing if the venue has one at this time.
INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity, status)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 'CLOSED')
ON CONFLICT ON CONSTRAINT reservation_slots_once DO NOTHING
RETURNING id;

-- name: reserve
-- Gives a new ticket its place. The ticket is the caller's own, and the slot is locked. Returns all counts of the slot.
WITH practised AS (
    INSERT INTO practice_tickets (org_id, venue_id, ticket_id, date, created_at) VALUES ($1, $2, $4, $5, $7)
), ticket AS (
    UPDATE tickets SET status = 'RESERVED', reserved_at = $7, customer_name = $8, version = version + 1 WHERE org_id = $1 AND id = $4
), reserved AS (
    INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, customer_email, customer_phone, manage_token_hash, reserved_at)
    VALUES ($1, $4, $3, $2, '', '', $6, $7)
)
UPDATE reservation_slots SET booked_count = booked_count + 1, revision = revision + 1, updated_at = $7
 WHERE org_id = $1 AND id = $3
RETURNING org_id, venue_id, date, id, start_time, end_time, total_capacity, booked_count, verified_count, held_count, revision,
          status, ends_at;
