-- Booking: what is asked for, and taking the places. Locks: ticket by id, then slot by id; the reservation row is new.

-- name: read_asked
-- One row per element of the arrays, in their order: the ticket, the slot and the answer an idempotency key had before.
-- Reads without locking: `take_places` checks the ticket's version and the slot's places again.
SELECT t.id AS ticket_id, t.code, CASE WHEN t.verified_at IS NULL THEN t.status ELSE 'VERIFIED' END AS status, t.valid_until, t.version, p.venue_id AS product_venue_id,
       r.id AS reservation_id, rs.date AS reserved_date,
       s.id AS slot_id, s.venue_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, s.status AS slot_status,
       s.total_capacity, s.booked_count, s.held_count, s.revision,
       k.body_hash, k.manage_token, kr.id AS first_reservation_id, kt.code AS first_code, ks.id AS first_slot_id,
       ks.venue_id AS first_venue_id, ks.date AS first_date, ks.start_time AS first_start_time,
       ks.end_time AS first_end_time
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[])
       WITH ORDINALITY AS a (org_id, ticket_id, slot_id, key_hash, n)
  LEFT JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = a.org_id AND t.id = a.ticket_id LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM products p WHERE p.org_id = t.org_id AND p.id = t.product_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT * FROM ticket_reservations r
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id LIMIT 1) rs ON true
  LEFT JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = a.org_id AND s.id = a.slot_id LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT * FROM idempotency_keys k
                      WHERE k.org_id = a.org_id AND k.key_hash = a.key_hash AND k.expires_at > $5 LIMIT 1) k ON true
  LEFT JOIN LATERAL (SELECT * FROM ticket_reservations r
                      WHERE r.org_id = k.org_id AND r.id = k.reservation_id LIMIT 1) kr ON true
  LEFT JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = kr.org_id AND t.id = kr.ticket_id LIMIT 1) kt ON true
  LEFT JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = k.org_id AND s.id = k.slot_id LIMIT 1) ks ON true
 ORDER BY a.n;

-- name: take_places
-- Takes as many places as there are, in the order asked; writes reservation, ticket, mail and key, all or none.
-- A request that comes back in no row `taken` found its ticket changed, its slot full or closed, or its key just used by
-- another process: read again and judge again. The standing of every slot that was asked for comes back whole.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::text[], $7::text[],
                         $8::text[], $9::bytea[], $10::bytea[], $11::bytea[])
        AS a (n, org_id, ticket_id, version, slot_id, email, phone, manage_token, manage_token_hash, key_hash, body_hash)
), standing AS MATERIALIZED (
    SELECT a.*
      FROM asked a
      JOIN tickets t ON t.org_id = a.org_id AND t.id = a.ticket_id
     WHERE t.version = a.version AND t.status = 'ACTIVATED' AND t.verified_at IS NULL
     ORDER BY t.id
       FOR NO KEY UPDATE OF t
), held AS MATERIALIZED (
    SELECT s.org_id, s.id, s.venue_id, s.status, s.ends_at, s.total_capacity, s.booked_count, s.verified_count,
           s.held_count, s.revision
      FROM (SELECT DISTINCT org_id, slot_id FROM standing) w
      JOIN reservation_slots s ON s.org_id = w.org_id AND s.id = w.slot_id
     ORDER BY s.id
       FOR NO KEY UPDATE OF s
), seated AS MATERIALIZED (
    SELECT w.*, h.venue_id, nextval(pg_get_serial_sequence('ticket_reservations', 'id')) AS reservation_id
      FROM (SELECT *, row_number() OVER (PARTITION BY org_id, slot_id ORDER BY n) AS place FROM standing) w
      JOIN held h ON h.org_id = w.org_id AND h.id = w.slot_id
     WHERE h.status = 'ACTIVE' AND h.ends_at > $12 AND w.place <= h.total_capacity - h.booked_count - h.held_count
), keyed AS (
    INSERT INTO idempotency_keys AS k (org_id, key_hash, body_hash, slot_id, reservation_id, manage_token, created_at, expires_at)
    SELECT org_id, key_hash, body_hash, slot_id, reservation_id, manage_token, $12, $12 + interval '24 hours'
      FROM seated WHERE key_hash IS NOT NULL
     ORDER BY org_id, key_hash
    ON CONFLICT (org_id, key_hash) DO UPDATE
       SET body_hash = EXCLUDED.body_hash, slot_id = EXCLUDED.slot_id, reservation_id = EXCLUDED.reservation_id,
           manage_token = EXCLUDED.manage_token, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
     WHERE k.expires_at <= $12
    RETURNING k.org_id, k.key_hash
), granted AS MATERIALIZED (
    SELECT s.* FROM seated s LEFT JOIN keyed k ON k.org_id = s.org_id AND k.key_hash = s.key_hash
     WHERE s.key_hash IS NULL OR k.key_hash IS NOT NULL
), booked AS (
    INSERT INTO ticket_reservations (org_id, id, ticket_id, slot_id, venue_id, customer_email, customer_phone,
                                     manage_token_hash, reserved_at)
    SELECT org_id, reservation_id, ticket_id, slot_id, venue_id, email, phone, manage_token_hash, $12 FROM granted
), reserved AS (
    UPDATE tickets t
       SET status = CASE WHEN t.channel = 'ota' THEN t.status ELSE 'RESERVED' END, reserved_at = $12,
           customer_email = g.email, customer_phone = g.phone, version = t.version + 1
      FROM granted g
     WHERE t.org_id = g.org_id AND t.id = g.ticket_id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, next_attempt_at)
    SELECT org_id, 'reservation.confirmed', reservation_id, email, jsonb_build_object('manage_token', manage_token), $12
      FROM granted
), counted AS (
    -- Counted from the locked row, not from `s`: where others changed the row since this statement began, Postgres first
    -- tries the CHECK on its old version and only then takes up the new one.
    UPDATE reservation_slots s
       SET booked_count = h.booked_count + g.places, verified_count = h.verified_count,
           total_capacity = h.total_capacity, held_count = h.held_count, revision = h.revision + 1, updated_at = $12
      FROM (SELECT org_id, slot_id, count(*) AS places FROM granted GROUP BY 1, 2) g
      JOIN held h ON h.org_id = g.org_id AND h.id = g.slot_id
     WHERE s.org_id = g.org_id AND s.id = g.slot_id
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
              s.verified_count, s.held_count, s.revision
)
SELECT 'taken' AS kind, g.n, g.reservation_id, NULL::bigint AS org_id, NULL::bigint AS venue_id, NULL::date AS date,
       NULL::bigint AS id, NULL::time AS start_time, NULL::time AS end_time, NULL::integer AS total_capacity,
       NULL::integer AS booked_count, NULL::integer AS verified_count, NULL::integer AS held_count, NULL::bigint AS revision
  FROM granted g
UNION ALL
SELECT 'slot', NULL, NULL, c.* FROM counted c;

-- name: keys_of_slot
-- The idempotency keys with a first answer for a slot.
SELECT key_hash FROM idempotency_keys WHERE org_id = $1 AND slot_id = $2 AND expires_at > $3;

-- name: slot_anywhere
-- Whether another organisation has this slot.
SELECT EXISTS (SELECT 1 FROM reservation_slots WHERE id = $1);

-- name: reservation_of_token
-- The reservation that a manage token opens, whatever the organisation: the token is the right to it.
SELECT r.org_id, r.id AS reservation_id, r.ticket_id, t.code AS ticket_code, r.status, r.slot_id, r.venue_id,
       v.name AS venue_name, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, r.customer_email,
       r.customer_phone, r.reserved_at, v.change_cutoff_hours, t.version
  FROM ticket_reservations r
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  JOIN venues v ON v.org_id = r.org_id AND v.id = r.venue_id
 WHERE r.manage_token_hash = $1;

-- name: read_reservation
-- A reservation of one organisation, for its staff.
SELECT r.org_id, r.id AS reservation_id, r.ticket_id, t.code AS ticket_code, r.status, r.slot_id, r.venue_id,
       v.name AS venue_name, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, r.customer_email,
       r.customer_phone, r.reserved_at, v.change_cutoff_hours, t.version
  FROM ticket_reservations r
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  JOIN venues v ON v.org_id = r.org_id AND v.id = r.venue_id
 WHERE r.org_id = $1 AND r.id = $2;

-- name: cancel_reservation
-- Gives the place back: reservation CANCELLED, ticket ACTIVATED, slot count down. Nothing where the ticket has changed
-- since it was read.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id FROM tickets t
     WHERE t.org_id = $1 AND t.id = $2 AND t.version = $3
       FOR NO KEY UPDATE
), cancelled AS (
    UPDATE ticket_reservations r
       SET status = 'CANCELLED', cancelled_at = $5
      FROM standing d
     WHERE r.org_id = d.org_id AND r.id = $4 AND r.ticket_id = d.id AND r.status = 'RESERVED'
    RETURNING r.org_id, r.ticket_id, r.slot_id
), freed AS (
    UPDATE tickets t
       SET status = 'ACTIVATED', reserved_at = NULL, version = t.version + 1
      FROM cancelled c
     WHERE t.org_id = c.org_id AND t.id = c.ticket_id
    RETURNING t.org_id
), held AS MATERIALIZED (
    SELECT s.org_id, s.id, s.booked_count, s.held_count, s.total_capacity, s.verified_count, s.revision, s.has_waitlist
      FROM cancelled c
      JOIN freed f ON f.org_id = c.org_id
      JOIN reservation_slots s ON s.org_id = c.org_id AND s.id = c.slot_id
       FOR NO KEY UPDATE OF s
)
-- Where somebody waits the place is held for the waiting list in the same breath: the public never sees it free.
UPDATE reservation_slots s
   SET booked_count = h.booked_count - 1, held_count = h.held_count + h.has_waitlist::integer,
       total_capacity = h.total_capacity, verified_count = h.verified_count, revision = h.revision + 1, updated_at = $5
  FROM held h
 WHERE s.org_id = h.org_id AND s.id = h.id
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
          s.verified_count, s.held_count, s.revision;
