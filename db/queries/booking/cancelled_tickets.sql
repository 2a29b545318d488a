-- Tickets that their organiser cancels. Locks: ticket, reservation, slot last.

-- name: read_ticket_to_cancel
-- `venue_id` is where the ticket stands: that of its reservation, else of its product, and NULL at every venue.
SELECT t.id, t.code, t.status, t.channel, t.version, coalesce(r.venue_id, p.venue_id) AS venue_id
  FROM tickets t
  JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
 WHERE t.org_id = $1 AND t.id = $2 AND t.channel NOT IN ('booking', 'guest');

-- name: cancel_ticket
-- Cancels a ticket that still has version $3, for the reason $5. A reservation that nobody has used yet is cancelled and its place
-- is free; one that was used stays, as does the entry. Whoever holds the reservation gets an e-mail; without one, the address of
-- the ticket or of its order. Returns the code and all counts of the slot, if one changed; nothing if the ticket has changed.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id, t.code, t.order_id, t.customer_email, t.customer_name FROM tickets t
     WHERE t.org_id = $1 AND t.id = $2 AND t.version = $3 AND t.status <> 'CANCELLED' AND t.channel NOT IN ('booking', 'guest')
       FOR NO KEY UPDATE OF t
), leaving AS MATERIALIZED (
    SELECT r.org_id, r.id, r.slot_id, r.places, r.customer_email, r.language
      FROM standing d
      JOIN ticket_reservations r ON r.org_id = d.org_id AND r.ticket_id = d.id AND r.status = 'RESERVED'
       FOR NO KEY UPDATE OF r
), held AS MATERIALIZED (
    SELECT s.org_id, s.id, s.ends_at, s.total_capacity, s.booked_count, s.verified_count, s.held_count, s.has_waitlist, s.revision,
           l.places
      FROM leaving l
      JOIN reservation_slots s ON s.org_id = l.org_id AND s.id = l.slot_id
       FOR NO KEY UPDATE OF s
), freed AS (
    UPDATE ticket_reservations r
       SET status = 'CANCELLED', cancelled_at = $4, cancel_cause = 'staff', calendar_sequence = r.calendar_sequence + 1
      FROM leaving l
     WHERE r.org_id = l.org_id AND r.id = l.id
), ended AS (
    UPDATE tickets t
       SET status = 'CANCELLED', cancelled_at = $4, cancel_reason = $5, cancelled_by = $6, version = t.version + 1
      FROM standing d
     WHERE t.org_id = d.org_id AND t.id = d.id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, 'reservation.cancelled', l.id, l.customer_email,
           jsonb_build_object('cause', 'ticket', 'reservation_ids', jsonb_build_array(l.id)), l.language, $4
      FROM leaving l
), told AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
    SELECT $1, 'ticket.cancelled', coalesce(d.customer_email, o.customer_email),
           jsonb_build_object('ticket_code', d.code, 'name', d.customer_name), $7, $4
      FROM standing d
      JOIN orders o ON o.org_id = d.org_id AND o.id = d.order_id
     WHERE coalesce(d.customer_email, o.customer_email) <> '' AND NOT EXISTS (SELECT 1 FROM leaving)
), counted AS (
    -- If somebody waits, the place is held for the waiting list in the same statement: the public never sees it free.
    UPDATE reservation_slots s
       SET booked_count = h.booked_count - h.places,
           held_count = h.held_count + CASE WHEN h.has_waitlist AND h.ends_at > $4 THEN h.places ELSE 0 END,
           total_capacity = h.total_capacity, verified_count = h.verified_count, revision = h.revision + 1, updated_at = $4
      FROM held h
     WHERE s.org_id = h.org_id AND s.id = h.id
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
              s.verified_count, s.held_count, s.revision
)
SELECT d.code, c.* FROM standing d LEFT JOIN counted c ON true;
