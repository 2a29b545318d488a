-- Booking: reads the facts of requests, and takes places. Locks: tickets by id, then slots by id; reservation rows are new.
-- Reading, moving and cancelling a booking is in `changes.sql`.

-- name: read_asked
-- One row per element of the arrays, in their order: the ticket, the slot, and the first answer of an idempotency key.
-- Takes no lock, because `take_places` checks the ticket's version and the slot's places again.
SELECT t.id AS ticket_id, t.code, t.channel, CASE WHEN t.verified_at IS NULL THEN t.status ELSE 'VERIFIED' END AS status, t.valid_until, t.version, p.venue_id AS product_venue_id,
       r.id AS reservation_id, rs.date AS reserved_date,
       s.id AS slot_id, s.show_id, s.venue_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, s.status AS slot_status,
       s.total_capacity, s.booked_count, s.held_count, s.revision,
       k.body_hash, k.manage_token, k.reservation_ids, kr.id AS first_reservation_id, kt.code AS first_code, ks.id AS first_slot_id,
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

-- name: read_confirmations
-- One row per element of the arrays, in their order: the booking with its ticket, its performance, and the first answer of an
-- idempotency key. Takes no lock, because `take_places` checks the ticket's version and the performance again. Whatever changes
-- a booking changes its ticket's version.
SELECT t.id AS ticket_id, t.code, t.version, b.status AS booking_status, b.expires_at, b.party_size, b.email, b.phone, b.language,
       b.confirm_hash, w.status AS show_status,
       s.id AS slot_id, s.venue_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, s.status AS slot_status,
       s.total_capacity, s.booked_count, s.held_count, s.revision, s.booking_opens_at, s.booking_closes_at, s.booking_closed,
       k.body_hash, k.manage_token, k.reservation_id AS first_reservation_id
  FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS a (org_id, booking_id, key_hash, n)
  LEFT JOIN LATERAL (SELECT * FROM bookings b WHERE b.org_id = a.org_id AND b.id = a.booking_id LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = b.org_id AND t.id = b.id LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = b.org_id AND s.id = b.slot_id LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = s.org_id AND w.id = s.show_id LIMIT 1) w ON true
  LEFT JOIN LATERAL (SELECT * FROM idempotency_keys k
                      WHERE k.org_id = a.org_id AND k.key_hash = a.key_hash AND k.expires_at > $4 LIMIT 1) k ON true
 ORDER BY a.n;

-- name: take_places
-- Takes as many places as there are, in the order of the requests; writes reservation, ticket, e-mail and key, all or none.
-- A party is `size` rows with the same `n` (`i` counts from 0). All of it gets places or none, with one e-mail and one key. Nobody without
-- an address is written to.
-- A row takes `places` of its slot: one for a ticket, its party's for a booking. A row with a `confirm_hash` confirms a booking:
-- its ticket waits INACTIVE, booking must be open, and the link of its first e-mail then opens the reservation, too.
-- Returns all counts of every requested slot. A request without a row `taken` found a changed ticket, a full or closed slot,
-- or its key used by another process: read and decide again. No ticket and no key may occur under two `n`.
-- Waits for a lock as long as $18 says (`250ms`), or as its session does if that is null. Then nothing is written.
WITH patient AS MATERIALIZED (
    SELECT set_config('lock_timeout', $18::text, true)
), asked AS MATERIALIZED (
    SELECT a.* FROM patient, unnest($1::integer[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::text[], $7::text[],
                         $8::text[], $9::bytea[], $10::bytea[], $11::bytea[], $13::text[], $14::integer[], $15::integer[],
                         $16::integer[], $17::bytea[])
        AS a (n, org_id, ticket_id, version, slot_id, email, phone, manage_token, manage_token_hash, key_hash, body_hash,
              language, i, size, places, confirm_hash)
), standing AS MATERIALIZED (
    SELECT a.*
      FROM asked a
      JOIN tickets t ON t.org_id = a.org_id AND t.id = a.ticket_id
     WHERE t.version = a.version AND t.verified_at IS NULL
       AND t.status = CASE WHEN a.confirm_hash IS NULL THEN 'ACTIVATED' ELSE 'INACTIVE' END
     ORDER BY t.id
       FOR NO KEY UPDATE OF t
), held AS MATERIALIZED (
    SELECT s.org_id, s.id, s.venue_id, s.status, s.ends_at, s.total_capacity, s.booked_count, s.verified_count,
           s.held_count, s.revision, s.booking_closed OR s.booking_opens_at > $12 OR s.booking_closes_at <= $12 AS closed
      FROM (SELECT DISTINCT org_id, slot_id FROM standing) w
      JOIN reservation_slots s ON s.org_id = w.org_id AND s.id = w.slot_id
     ORDER BY s.id
       FOR NO KEY UPDATE OF s
), seated AS MATERIALIZED (
    SELECT w.*, h.venue_id, nextval(pg_get_serial_sequence('ticket_reservations', 'id')) AS reservation_id
      -- Counted with all rows of the same `n`: `place` is the last place that a party needs.
      FROM (SELECT *, sum(places) OVER (PARTITION BY org_id, slot_id ORDER BY n) AS place,
                   count(*) OVER (PARTITION BY n) AS together FROM standing
             ORDER BY n, i) w  -- the ids of a party follow the order of its tickets
      JOIN held h ON h.org_id = w.org_id AND h.id = w.slot_id
     WHERE h.status = 'ACTIVE' AND h.ends_at > $12 AND h.closed IS NOT TRUE AND w.together = w.size AND w.place <= h.total_capacity - h.booked_count - h.held_count
), keyed AS (
    INSERT INTO idempotency_keys AS k (org_id, key_hash, body_hash, slot_id, reservation_id, reservation_ids, manage_token,
                                       created_at, expires_at)
    SELECT org_id, key_hash, body_hash, slot_id, reservation_id,
           CASE WHEN size > 1 THEN (SELECT array_agg(p.reservation_id ORDER BY p.i) FROM seated p WHERE p.n = s.n) END,
           manage_token, $12, $12 + interval '24 hours'
      FROM seated s WHERE key_hash IS NOT NULL AND i = 0
     ORDER BY org_id, key_hash
    ON CONFLICT (org_id, key_hash) DO UPDATE
       SET body_hash = EXCLUDED.body_hash, slot_id = EXCLUDED.slot_id, reservation_id = EXCLUDED.reservation_id,
           reservation_ids = EXCLUDED.reservation_ids, manage_token = EXCLUDED.manage_token, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
     WHERE k.expires_at <= $12
    RETURNING k.org_id, k.key_hash
), granted AS MATERIALIZED (
    SELECT s.* FROM seated s LEFT JOIN keyed k ON k.org_id = s.org_id AND k.key_hash = s.key_hash
     WHERE s.key_hash IS NULL OR k.key_hash IS NOT NULL
), booked AS (
    INSERT INTO ticket_reservations (org_id, id, ticket_id, slot_id, venue_id, customer_email, customer_phone,
                                     manage_token_hash, reserved_at, language, booked_together, places)
    SELECT org_id, reservation_id, ticket_id, slot_id, venue_id, email, phone, manage_token_hash, $12, language, size, places FROM granted
), reserved AS (
    UPDATE tickets t
       SET status = CASE WHEN t.channel = 'ota' THEN t.status ELSE 'RESERVED' END, reserved_at = $12,
           customer_email = nullif(g.email, ''), customer_phone = nullif(g.phone, ''), version = t.version + 1
      FROM granted g
     WHERE t.org_id = g.org_id AND t.id = g.ticket_id
), confirmed AS (
    UPDATE bookings b SET status = 'CONFIRMED', confirmed_at = $12, party_size = g.places
      FROM granted g
     WHERE g.confirm_hash IS NOT NULL AND b.org_id = g.org_id AND b.id = g.ticket_id
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at)
    SELECT org_id, confirm_hash, manage_token_hash, $12 FROM granted WHERE confirm_hash IS NOT NULL
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT org_id, CASE WHEN confirm_hash IS NULL THEN 'reservation.confirmed' ELSE 'booking.confirmed' END, reservation_id, email,
           CASE WHEN size = 1 THEN jsonb_build_object('manage_token', manage_token)
                ELSE jsonb_build_object('manage_token', manage_token, 'reservation_ids',
                         (SELECT jsonb_agg(p.reservation_id ORDER BY p.i) FROM granted p WHERE p.n = g.n)) END,
           language, $12
      FROM granted g WHERE i = 0 AND email <> ''
), counted AS (
    -- Counted from the locked row and not from `s`: if the row was changed after this statement began, Postgres first
    -- evaluates the CHECK on the old version, and then on the new one.
    UPDATE reservation_slots s
       SET booked_count = h.booked_count + g.places, verified_count = h.verified_count,
           total_capacity = h.total_capacity, held_count = h.held_count, revision = h.revision + 1, updated_at = $12
      FROM (SELECT org_id, slot_id, sum(places) AS places FROM granted GROUP BY 1, 2) g
      JOIN held h ON h.org_id = g.org_id AND h.id = g.slot_id
     WHERE s.org_id = g.org_id AND s.id = g.slot_id
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
              s.verified_count, s.held_count, s.revision
)
SELECT 'taken' AS kind, g.n, g.i, g.reservation_id, NULL::bigint AS org_id, NULL::bigint AS venue_id, NULL::date AS date,
       NULL::bigint AS id, NULL::time AS start_time, NULL::time AS end_time, NULL::integer AS total_capacity,
       NULL::integer AS booked_count, NULL::integer AS verified_count, NULL::integer AS held_count, NULL::bigint AS revision
  FROM granted g
UNION ALL
SELECT 'slot', NULL, NULL, NULL, c.* FROM counted c;

-- name: answered_party
-- The reservations of a first answer with their codes, in the order of the array.
SELECT r.id, t.code
  FROM unnest($2::bigint[]) WITH ORDINALITY AS a (id, i)
  JOIN LATERAL (SELECT * FROM ticket_reservations r WHERE r.org_id = $1 AND r.id = a.id LIMIT 1) r ON true
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = $1 AND t.id = r.ticket_id LIMIT 1) t ON true
 ORDER BY a.i;

-- name: ticket_ids
-- The ids of the tickets with these codes, in the order of the arrays; null if there is none, or it is a booking's.
SELECT t.id
  FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS a (org_id, code, n)
  LEFT JOIN LATERAL (SELECT t.id FROM tickets t WHERE t.code = a.code AND t.org_id = a.org_id
                                    AND t.channel NOT IN ('booking', 'guest') LIMIT 1) t ON true
 ORDER BY a.n;

-- name: lock_tickets
-- Locks tickets in order of id, for a transaction that takes more locks afterwards.
SELECT t.id FROM tickets t WHERE t.org_id = $1 AND t.id = ANY ($2::bigint[]) ORDER BY t.id FOR NO KEY UPDATE;

-- name: slots_not_locked
-- Of the slots of the arrays (organisations $1, ids $2) those whose lock nobody holds at this moment.
SELECT s.org_id, s.id
  FROM reservation_slots s
  JOIN unnest($1::bigint[], $2::bigint[]) AS a (org_id, id) ON s.org_id = a.org_id AND s.id = a.id
   FOR NO KEY UPDATE OF s SKIP LOCKED;

-- name: holds_of_slot
-- The hashes that requests with places in a slot are known by in seat admission: their idempotency keys, and the links of
-- confirmed bookings.
SELECT key_hash AS hash FROM idempotency_keys WHERE org_id = $1 AND slot_id = $2 AND expires_at > $3
UNION ALL
SELECT confirm_hash FROM bookings WHERE slot_id = $2 AND org_id = $1 AND status = 'CONFIRMED';

-- name: slot_anywhere
-- Whether an organisation has this slot, other than as a performance. For a slot that the own organisation has not.
SELECT EXISTS (SELECT 1 FROM reservation_slots WHERE id = $1 AND show_id IS NULL);
