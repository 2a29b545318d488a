-- Changes of bookings: read by holder or staff, moved, cancelled. Locks: tickets by id, reservations, slots by id. The `bookings`
-- row of a ticket is changed under the ticket's lock, so it has no lock of its own here. Whoever was booked when the organiser moved
-- the performance may change until it begins, and so may whoever was moved from a closed slot, or was asked to choose another time.

-- name: party_of_token
-- The reservations of a manage token, whatever the organisation, because the token gives the right to them. Tokens made later
-- for the same party lead to the same reservations.
SELECT r.org_id, r.id AS reservation_id, r.ticket_id, t.code AS ticket_code, r.status, r.slot_id, r.venue_id,
       v.name AS venue_name, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, r.customer_email,
       r.customer_phone, r.reserved_at, CASE WHEN s.moved_at > r.reserved_at
            OR EXISTS (SELECT 1 FROM slot_closures c WHERE c.org_id = r.org_id AND c.slot_id = r.slot_id AND c.way = 'choose')
            OR EXISTS (SELECT 1 FROM slot_closures c
                        WHERE c.move_to = r.slot_id AND c.org_id = r.org_id AND r.moved_at >= c.closed_at)
       THEN 0 ELSE v.change_cutoff_hours END AS change_cutoff_hours,
       t.version, v.address, r.language, r.calendar_sequence,
       r.manage_token_hash, r.places, r.admitted, t.verified_at, CASE WHEN t.channel = 'booking' THEN t.id END AS booking_id,
       s.show_id, coalesce(nullif(w.translations -> r.language ->> 'title', ''), w.title) AS show_title, m.name AS room_name,
       s.status <> 'ACTIVE' AS slot_closed, v.slug AS venue_slug, v.contact_email AS venue_contact_email, v.contact_phone AS venue_contact_phone
  FROM ticket_reservations r
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = r.org_id AND t.id = r.ticket_id LIMIT 1) t ON true
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = r.org_id AND v.id = r.venue_id LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = s.org_id AND w.id = s.show_id LIMIT 1) w ON true
  LEFT JOIN LATERAL (SELECT * FROM rooms m WHERE m.org_id = s.org_id AND m.id = s.room_id LIMIT 1) m ON true
 WHERE r.manage_token_hash = coalesce((SELECT l.stands_for FROM manage_links l WHERE l.token_hash = $1 LIMIT 1), $1)
 ORDER BY r.id;

-- name: party_of_reservation
-- A reservation of one organisation with its party, for its staff.
SELECT r.org_id, r.id AS reservation_id, r.ticket_id, t.code AS ticket_code, r.status, r.slot_id, r.venue_id,
       v.name AS venue_name, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, r.customer_email,
       r.customer_phone, r.reserved_at, CASE WHEN s.moved_at > r.reserved_at
            OR EXISTS (SELECT 1 FROM slot_closures c WHERE c.org_id = r.org_id AND c.slot_id = r.slot_id AND c.way = 'choose')
            OR EXISTS (SELECT 1 FROM slot_closures c
                        WHERE c.move_to = r.slot_id AND c.org_id = r.org_id AND r.moved_at >= c.closed_at)
       THEN 0 ELSE v.change_cutoff_hours END AS change_cutoff_hours,
       t.version, v.address, r.language, r.calendar_sequence,
       r.manage_token_hash, r.places, r.admitted, t.verified_at, CASE WHEN t.channel = 'booking' THEN t.id END AS booking_id,
       s.show_id, coalesce(nullif(w.translations -> r.language ->> 'title', ''), w.title) AS show_title, m.name AS room_name,
       s.status <> 'ACTIVE' AS slot_closed, v.slug AS venue_slug, v.contact_email AS venue_contact_email, v.contact_phone AS venue_contact_phone
  FROM (SELECT one.org_id, one.manage_token_hash FROM ticket_reservations one
         WHERE one.org_id = $1 AND one.id = $2 LIMIT 1) one
  JOIN ticket_reservations r ON r.manage_token_hash = one.manage_token_hash AND r.org_id = one.org_id
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = r.org_id AND t.id = r.ticket_id LIMIT 1) t ON true
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = r.org_id AND v.id = r.venue_id LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = s.org_id AND w.id = s.show_id LIMIT 1) w ON true
  LEFT JOIN LATERAL (SELECT * FROM rooms m WHERE m.org_id = s.org_id AND m.id = s.room_id LIMIT 1) m ON true
 ORDER BY r.id;

-- name: read_target
-- The target slot of a move, and the venue of each ticket. Takes no lock, because `move_places` checks again.
SELECT s.id AS slot_id, s.org_id, s.venue_id, s.date, s.status, s.starts_at, s.ends_at, s.total_capacity, s.booked_count,
       s.held_count, s.revision, s.show_id, s.booking_opens_at, s.booking_closes_at, s.booking_closed,
       t.id AS ticket_id, t.valid_until, p.venue_id AS product_venue_id
  FROM unnest($3::bigint[]) AS a (ticket_id)
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = $1 AND t.id = a.ticket_id LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM products p WHERE p.org_id = $1 AND p.id = t.product_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = $1 AND s.id = $2 LIMIT 1) s ON true;

-- name: move_places
-- Moves reservations to slot $5, all or none: frees the old places and takes new ones under one set of locks, increments the
-- SEQUENCE of the calendar entries, and queues one e-mail. A slot and a performance, or the performances of two shows, are never
-- exchanged for each other. Places that were added for a guest stay with neither slot. Nobody without an address is written to. Returns all counts of every slot concerned. Returns no rows if a ticket or reservation has changed
-- since it was read, or the slot has no room for all: read and decide again.
WITH asked AS MATERIALIZED (
    SELECT $1::bigint AS org_id, a.*
      FROM unnest($2::bigint[], $3::integer[], $4::bigint[]) AS a (ticket_id, version, reservation_id)
), standing AS MATERIALIZED (
    SELECT a.org_id, a.ticket_id, a.reservation_id, t.channel
      FROM asked a
      JOIN tickets t ON t.org_id = a.org_id AND t.id = a.ticket_id
     WHERE t.version = a.version AND t.verified_at IS NULL
     ORDER BY t.id
       FOR NO KEY UPDATE OF t
), leaving AS MATERIALIZED (
    SELECT r.org_id, r.id, r.ticket_id, r.slot_id, r.places, r.customer_email, r.language, r.manage_token_hash, d.channel,
           CASE WHEN r.added_places THEN r.places ELSE 0 END AS added
      FROM standing d
      JOIN ticket_reservations r ON r.org_id = d.org_id AND r.id = d.reservation_id
     WHERE r.ticket_id = d.ticket_id AND r.status = 'RESERVED' AND r.slot_id <> $5
     ORDER BY r.id
       FOR NO KEY UPDATE OF r
), held AS MATERIALIZED (
    SELECT s.org_id, s.id, s.venue_id, s.status, s.ends_at, s.total_capacity, s.booked_count, s.verified_count, s.held_count,
           s.has_waitlist, s.revision, s.show_id, s.additional_seats
      FROM (SELECT org_id, slot_id FROM leaving UNION SELECT org_id, $5 FROM leaving) w
      JOIN reservation_slots s ON s.org_id = w.org_id AND s.id = w.slot_id
     ORDER BY s.id
       FOR NO KEY UPDATE OF s
), going AS MATERIALIZED (
    SELECT l.*, h.venue_id
      FROM leaving l
      JOIN held h ON h.id = $5
     WHERE (SELECT count(*) FROM leaving) = cardinality($2)
       AND h.status = 'ACTIVE' AND h.ends_at > $6
       AND (SELECT sum(places) FROM leaving) <= h.total_capacity - h.booked_count - h.held_count
       AND NOT EXISTS (SELECT 1 FROM held x WHERE x.show_id IS DISTINCT FROM h.show_id)
), moved AS (
    UPDATE ticket_reservations r
       SET slot_id = $5, venue_id = g.venue_id, moved_at = $6, calendar_sequence = r.calendar_sequence + 1, added_places = false
      FROM going g
     WHERE r.org_id = g.org_id AND r.id = g.id
), touched AS (
    UPDATE tickets t SET version = t.version + 1 FROM going g WHERE t.org_id = g.org_id AND t.id = g.ticket_id
), rebooked AS (
    UPDATE bookings b SET slot_id = $5, venue_id = g.venue_id
      FROM going g WHERE g.channel = 'booking' AND b.org_id = g.org_id AND b.id = g.ticket_id
), relisted AS (
    UPDATE guests n SET slot_id = $5, venue_id = g.venue_id
      FROM going g WHERE g.channel = 'guest' AND n.org_id = g.org_id AND n.id = g.ticket_id
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at)
    SELECT $1, $8, g.manage_token_hash, $6 FROM going g WHERE $8::bytea IS NOT NULL LIMIT 1
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, CASE WHEN g.channel = 'booking' THEN 'booking.moved' ELSE 'reservation.moved' END, g.id, g.customer_email,
           jsonb_build_object('manage_token', $7::text, 'was', $9::jsonb, 'reservation_ids',
                              (SELECT jsonb_agg(x.id ORDER BY x.id) FROM going x)),
           g.language, $6
      FROM going g WHERE g.customer_email <> '' ORDER BY g.id LIMIT 1
), counted AS (
    -- If somebody waits, freed places are held for the waiting list in the same statement: the public never sees them free.
    UPDATE reservation_slots s
       SET booked_count = h.booked_count + n.came - n.went,
           held_count = h.held_count + CASE WHEN h.has_waitlist AND h.ends_at > $6 THEN n.went - n.added ELSE 0 END,
           total_capacity = h.total_capacity - n.added,
           additional_seats = h.additional_seats - CASE WHEN h.show_id IS NULL THEN 0 ELSE n.added END, verified_count = h.verified_count, revision = h.revision + 1, updated_at = $6
      FROM held h,
           LATERAL (SELECT CASE WHEN h.id = $5 THEN (SELECT coalesce(sum(g.places), 0) FROM going g) ELSE 0 END AS came,
                           (SELECT coalesce(sum(g.places), 0) FROM going g WHERE g.slot_id = h.id) AS went,
                           (SELECT coalesce(sum(g.added), 0) FROM going g WHERE g.slot_id = h.id) AS added) n
     WHERE s.org_id = h.org_id AND s.id = h.id AND n.came + n.went > 0
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
              s.verified_count, s.held_count, s.revision
)
SELECT * FROM counted;

-- name: cancel_places
-- Cancels reservations, all or none: reservations CANCELLED, tickets ACTIVATED, slot counts lower, one e-mail. A booking ends with
-- its ticket: both are CANCELLED. So is a guest's ticket, and the slot gives back the places that were added for it. Returns all counts of every slot concerned. Returns no rows if a ticket has changed since it was
-- read, or a reservation is over.
WITH asked AS MATERIALIZED (
    SELECT $1::bigint AS org_id, a.*
      FROM unnest($2::bigint[], $3::integer[], $4::bigint[]) AS a (ticket_id, version, reservation_id)
), standing AS MATERIALIZED (
    SELECT a.org_id, a.ticket_id, a.reservation_id, t.channel
      FROM asked a
      JOIN tickets t ON t.org_id = a.org_id AND t.id = a.ticket_id
     WHERE t.version = a.version
     ORDER BY t.id
       FOR NO KEY UPDATE OF t
), leaving AS MATERIALIZED (
    SELECT r.org_id, r.id, r.ticket_id, r.slot_id, r.places, r.customer_email, r.language, d.channel,
           CASE WHEN r.added_places THEN r.places ELSE 0 END AS added
      FROM standing d
      JOIN ticket_reservations r ON r.org_id = d.org_id AND r.id = d.reservation_id
     WHERE r.ticket_id = d.ticket_id AND r.status = 'RESERVED'
     ORDER BY r.id
       FOR NO KEY UPDATE OF r
), held AS MATERIALIZED (
    SELECT s.org_id, s.id, s.ends_at, s.total_capacity, s.booked_count, s.verified_count, s.held_count, s.has_waitlist, s.revision,
           s.show_id, s.additional_seats
      FROM (SELECT DISTINCT org_id, slot_id FROM leaving) w
      JOIN reservation_slots s ON s.org_id = w.org_id AND s.id = w.slot_id
     ORDER BY s.id
       FOR NO KEY UPDATE OF s
), going AS MATERIALIZED (
    SELECT l.* FROM leaving l WHERE (SELECT count(*) FROM leaving) = cardinality($2)
), cancelled AS (
    UPDATE ticket_reservations r
       SET status = 'CANCELLED', cancelled_at = $5, cancel_cause = $6, calendar_sequence = r.calendar_sequence + 1
      FROM going g
     WHERE r.org_id = g.org_id AND r.id = g.id
), freed AS (
    UPDATE tickets t
       SET status = CASE WHEN t.channel IN ('booking', 'guest') THEN 'CANCELLED' ELSE 'ACTIVATED' END, reserved_at = NULL,
           version = t.version + 1
      FROM going g
     WHERE t.org_id = g.org_id AND t.id = g.ticket_id
), ended AS (
    UPDATE bookings b SET status = 'CANCELLED', ended_at = $5, end_cause = $6
      FROM going g WHERE g.channel = 'booking' AND b.org_id = g.org_id AND b.id = g.ticket_id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, CASE WHEN g.channel = 'booking' THEN 'booking.cancelled' ELSE 'reservation.cancelled' END, g.id, g.customer_email,
           jsonb_build_object('cause', $6::text, 'reservation_ids', (SELECT jsonb_agg(x.id ORDER BY x.id) FROM going x))
           || CASE WHEN $7::text IS NULL THEN '{}' ELSE jsonb_build_object('manage_token', $7::text) END,
           g.language, $5
      FROM going g WHERE g.customer_email <> '' ORDER BY g.id LIMIT 1
), counted AS (
    -- If somebody waits, the places are held for the waiting list in the same statement: the public never sees them free.
    UPDATE reservation_slots s
       SET booked_count = h.booked_count - n.went,
           held_count = h.held_count + CASE WHEN h.has_waitlist AND h.ends_at > $5 THEN n.went - n.added ELSE 0 END,
           total_capacity = h.total_capacity - n.added,
           additional_seats = h.additional_seats - CASE WHEN h.show_id IS NULL THEN 0 ELSE n.added END, verified_count = h.verified_count, revision = h.revision + 1, updated_at = $5
      FROM held h, LATERAL (SELECT coalesce(sum(g.places), 0) AS went, coalesce(sum(g.added), 0) AS added FROM going g WHERE g.slot_id = h.id) n
     WHERE s.org_id = h.org_id AND s.id = h.id AND n.went > 0
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
              s.verified_count, s.held_count, s.revision
)
SELECT * FROM counted;
