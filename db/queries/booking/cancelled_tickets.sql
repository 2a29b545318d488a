-- Tickets that are cancelled by staff, a shop, an import or a command. Locks: tickets by id, reservations, slots by id, last.

-- name: lock_tickets
-- Locks these tickets until the end of the transaction. Read what they are with the next statement: it sees what was committed
-- while this one waited.
SELECT t.id FROM tickets t WHERE t.org_id = $1 AND t.id = ANY ($2::bigint[]) ORDER BY t.id FOR NO KEY UPDATE;

-- name: read_tickets_to_cancel
-- `venue_id` is where a ticket stands: that of its reservation, else of its product, and NULL at every venue. The tickets of
-- bookings and guests end with these.
SELECT t.id, t.code, t.status, t.channel, t.order_id, coalesce(r.venue_id, p.venue_id) AS venue_id
  FROM unnest($2::bigint[]) AS a (id)
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = $1 AND t.id = a.id LIMIT 1) t ON true
  JOIN LATERAL (SELECT * FROM products p WHERE p.org_id = t.org_id AND p.id = t.product_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT r.venue_id FROM ticket_reservations r
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) r ON true
 WHERE t.channel NOT IN ('booking', 'guest')
 ORDER BY t.id;

-- name: cancel_tickets
-- Cancels the tickets $2, which the caller has locked, for the reason $4. Reservations that nobody has used yet are cancelled and
-- their places are free; those that were used stay, as do the entries. Whoever holds reservations gets one e-mail about all of theirs at a venue.
-- For the other tickets the address of the ticket gets one, or that of its order, unless $7 says that the order's address gets another.
-- Returns all counts of every slot that changed.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id, t.code, t.order_id, t.customer_email, t.customer_name FROM tickets t
     WHERE t.org_id = $1 AND t.id = ANY ($2::bigint[]) AND t.status <> 'CANCELLED' AND t.channel NOT IN ('booking', 'guest')
     ORDER BY t.id
       FOR NO KEY UPDATE OF t
), leaving AS MATERIALIZED (
    SELECT r.org_id, r.id, r.ticket_id, r.slot_id, r.venue_id, r.places, r.customer_email, r.language
      FROM standing d
      JOIN ticket_reservations r ON r.org_id = d.org_id AND r.ticket_id = d.id AND r.holds_place AND r.status = 'RESERVED'
     ORDER BY r.id
       FOR NO KEY UPDATE OF r
), held AS MATERIALIZED (
    SELECT s.org_id, s.id, s.ends_at, s.total_capacity, s.booked_count, s.verified_count, s.held_count, s.has_waitlist, s.revision
      FROM (SELECT DISTINCT org_id, slot_id FROM leaving) w
      JOIN reservation_slots s ON s.org_id = w.org_id AND s.id = w.slot_id
     ORDER BY s.id
       FOR NO KEY UPDATE OF s
), freed AS (
    UPDATE ticket_reservations r
       SET status = 'CANCELLED', cancelled_at = $3, cancel_cause = 'staff', calendar_sequence = r.calendar_sequence + 1
      FROM leaving l
     WHERE r.org_id = l.org_id AND r.id = l.id
), ended AS (
    UPDATE tickets t
       SET status = 'CANCELLED', cancelled_at = $3, cancel_reason = $4, cancelled_by = $5, version = t.version + 1
      FROM standing d
     WHERE t.org_id = d.org_id AND t.id = d.id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, 'reservation.cancelled', min(l.id), l.customer_email,
           jsonb_build_object('cause', 'ticket', 'reservation_ids', jsonb_agg(l.id ORDER BY l.id)), l.language, $3
      FROM leaving l WHERE l.customer_email <> ''
     GROUP BY l.customer_email, l.language, l.venue_id
), told AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
    SELECT $1, 'ticket.cancelled', m.recipient,
           jsonb_build_object('codes', jsonb_agg(m.code ORDER BY m.code), 'name', min(m.customer_name)), min(m.language), $3
      FROM (SELECT d.code, d.customer_name, coalesce(d.customer_email, o.customer_email) AS recipient, coalesce(o.language, $6) AS language
              FROM standing d
              JOIN orders o ON o.org_id = d.org_id AND o.id = d.order_id
             WHERE NOT ($7::boolean AND lower(coalesce(d.customer_email, o.customer_email)) = lower(o.customer_email))
               AND NOT EXISTS (SELECT 1 FROM leaving l WHERE l.ticket_id = d.id)) m
     WHERE m.recipient <> ''
     GROUP BY m.recipient
), counted AS (
    -- If somebody waits, the places are held for the waiting list in the same statement: the public never sees them free.
    UPDATE reservation_slots s
       SET booked_count = h.booked_count - n.went,
           held_count = h.held_count + CASE WHEN h.has_waitlist AND h.ends_at > $3 THEN n.went ELSE 0 END,
           total_capacity = h.total_capacity, verified_count = h.verified_count, revision = h.revision + 1, updated_at = $3
      FROM held h, LATERAL (SELECT coalesce(sum(l.places), 0) AS went FROM leaving l WHERE l.slot_id = h.id) n
     WHERE s.org_id = h.org_id AND s.id = h.id
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
              s.verified_count, s.held_count, s.revision
)
SELECT * FROM counted;
