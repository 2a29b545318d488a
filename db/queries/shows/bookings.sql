-- Bookings: requests for seats of a performance. Locks: the ticket, then its booking, which has the same id.
-- The places of a confirmed booking are taken by `take_places` (booking/reservations.sql).

-- name: read_bookings
-- One row per element of the arrays that is found: the booking of the link in either e-mail, whatever the organisation, because
-- the token gives the right to it; or, where the hash is NULL, a booking of an organisation, for its staff. `n` counts the elements
-- from 1, and `confirms` says that the link is the first e-mail's. A booking that stands has the values of its reservation
-- now, such as the performance it was moved to, and its places. One that was cancelled has no reservation here.
SELECT a.n, b.confirm_hash IS NOT DISTINCT FROM a.token_hash AS confirms, b.org_id, b.id AS booking_id, b.status, b.name,
       b.email, b.phone, b.notes, coalesce(r.places, b.party_size) AS party_size,
       coalesce(r.admitted, 0) AS admitted, b.language, b.consent, b.requested_at, b.expires_at, b.confirmed_at, b.ended_at,
       b.end_cause, t.code, t.version AS ticket_version, r.id AS reservation_id, r.status AS reservation_status,
       r.verified_at AS checked_in_at, r.manage_token_hash AS first_token_hash, coalesce(r.calendar_sequence, 0) AS calendar_sequence,
       s.id AS performance_id, s.status AS performance_status, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       s.total_capacity, greatest(s.total_capacity - s.booked_count - s.held_count, 0) AS available_count, s.booking_opens_at,
       s.booking_closes_at, s.booking_closed, coalesce(s.largest_party, w.largest_party) AS largest_party,
       w.id AS show_id, w.title, w.subtitle, w.translations, w.status AS show_status, m.id AS room_id, m.name AS room,
       m.accessibility AS room_accessibility, v.id AS venue_id, v.name AS venue_name, v.address AS venue_address, v.timezone,
       CASE WHEN s.moved_at > r.reserved_at THEN 0 ELSE v.change_cutoff_hours END AS change_cutoff_hours,
       coalesce(s.check_in_opens_minutes, v.early_entry_minutes) AS check_in_opens_minutes, k.waits IS NOT NULL AS waits
  FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS a (token_hash, org_id, booking_id, n)
  JOIN LATERAL (SELECT a.org_id, a.booking_id AS id WHERE a.token_hash IS NULL
                UNION ALL
                SELECT c.org_id, c.id FROM bookings c WHERE c.confirm_hash = a.token_hash
                UNION ALL
                SELECT q.org_id, q.ticket_id FROM ticket_reservations q
                 WHERE q.manage_token_hash = coalesce((SELECT l.stands_for FROM manage_links l WHERE l.token_hash = a.token_hash LIMIT 1),
                                                      a.token_hash)
                 LIMIT 1) f ON true
  JOIN LATERAL (SELECT * FROM bookings b WHERE b.org_id = f.org_id AND b.id = f.id LIMIT 1) b ON true
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = b.org_id AND t.id = b.id LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM ticket_reservations r
                      WHERE r.ticket_id = b.id AND r.org_id = b.org_id AND r.holds_place LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT k.waits FROM waitlist_tickets k
                      WHERE k.ticket_id = b.id AND k.org_id = b.org_id AND k.waits LIMIT 1) k ON b.status = 'PENDING'
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = b.org_id AND s.id = coalesce(r.slot_id, b.slot_id) LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = s.org_id AND w.id = s.show_id LIMIT 1) w ON true
  JOIN LATERAL (SELECT * FROM rooms m WHERE m.org_id = s.org_id AND m.id = s.room_id LIMIT 1) m ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = s.org_id AND v.id = s.venue_id LIMIT 1) v ON true
 ORDER BY a.n;

-- name: read_performances
-- One row per element of the arrays that is found: a performance with its show, room, venue and the venue's rules for bookings.
-- `n` counts the elements from 1. Without an organisation the performance may be of any.
SELECT a.n, s.org_id, s.id AS performance_id, s.status AS slot_status, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       s.total_capacity - s.booked_count - s.held_count AS free, s.booking_opens_at, s.booking_closes_at, s.booking_closed,
       coalesce(s.largest_party, w.largest_party) AS largest_party, w.id AS show_id, w.title AS show_title, w.translations,
       w.status AS show_status, w.consent, m.name AS room, v.id AS venue_id, v.name AS venue_name, v.timezone,
       v.booking_expiry_hours, v.pending_per_address
  FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS a (org_id, slot_id, n)
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.id = a.slot_id AND s.org_id = coalesce(a.org_id, s.org_id) LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = s.org_id AND w.id = s.show_id LIMIT 1) w ON true
  JOIN LATERAL (SELECT * FROM rooms m WHERE m.org_id = s.org_id AND m.id = s.room_id LIMIT 1) m ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = s.org_id AND v.id = s.venue_id LIMIT 1) v ON true
 ORDER BY a.n;

-- name: hold_addresses
-- Locks each pair of performance and e-mail address until the transaction ends, in one order, so that parallel requests cannot
-- exceed the limit of the address.
SELECT pg_advisory_xact_lock(k.key)
  FROM (SELECT DISTINCT hashtextextended(a.slot_id || ':' || lower(a.email), 5) AS key
          FROM unnest($1::bigint[], $2::text[]) AS a (slot_id, email)
         ORDER BY 1) k;

-- name: add_requests
-- Adds requests for seats: ticket, booking and e-mail of each, or none of them. Returns one row per element, in their order:
-- whether it was `added`, when the first request runs out that the address has open for the performance, and the first request
-- with the same idempotency key, which is not repeated. The caller holds the addresses (`hold_addresses`), and
-- no pair of performance and address occurs twice.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
                         $10::text[], $11::integer[], $12::text[], $13::text[], $14::text[], $15::bytea[], $16::timestamptz[],
                         $17::bytea[], $18::bytea[], $19::integer[])
        AS a (n, org_id, id, slot_id, venue_id, code, name, email, phone, notes, party_size, language, consent, confirm_token,
              confirm_hash, expires_at, key_hash, body_hash, most_pending)
), known AS MATERIALIZED (
    SELECT a.*, p.pending, p.pending_until, k.id AS first_id, k.body_hash AS first_body_hash, k.expires_at AS first_expires_at
      FROM asked a
     CROSS JOIN LATERAL (SELECT count(*) AS pending, min(b.expires_at) AS pending_until FROM bookings b
                          WHERE b.slot_id = a.slot_id AND lower(b.email) = lower(a.email) AND b.status = 'PENDING'
                            AND b.org_id = a.org_id AND b.expires_at > $20) p
      LEFT JOIN LATERAL (SELECT * FROM bookings b WHERE b.key_hash = a.key_hash AND b.org_id = a.org_id LIMIT 1) k ON true
), granted AS MATERIALIZED (
    SELECT * FROM known WHERE first_id IS NULL AND pending < most_pending
), ticketed AS (
    INSERT INTO tickets (org_id, id, code, channel, status, customer_name, customer_email, customer_phone)
    SELECT org_id, id, code, 'booking', 'INACTIVE', name, email, phone FROM granted
), booked AS (
    INSERT INTO bookings (org_id, id, slot_id, venue_id, name, email, phone, notes, party_size, language, consent, confirm_hash,
                          requested_at, expires_at, key_hash, body_hash)
    SELECT org_id, id, slot_id, venue_id, name, email, phone, notes, party_size, language, consent, confirm_hash,
           $20, expires_at, key_hash, body_hash
      FROM granted
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at, not_after)
    SELECT org_id, 'booking.requested', email, jsonb_build_object('booking_id', id, 'confirm_token', confirm_token), language, $20,
           expires_at
      FROM granted ORDER BY n
)
SELECT k.first_id IS NULL AND k.pending < k.most_pending AS added, k.id, k.expires_at, k.pending_until, k.first_id, k.first_body_hash,
       k.first_expires_at
  FROM known k ORDER BY k.n;

-- name: waiting_entry
-- The entry with which a booking waits for seats, locked, and whether it has an offer at $3. The caller holds the booking's ticket.
SELECT e.id, e.status = 'OFFERED' AND e.offer_ends_at > $3 AS offered
  FROM waitlist_entries e
 WHERE e.org_id = $1 AND e.id = (SELECT k.entry_id FROM waitlist_tickets k WHERE k.ticket_id = $2 AND k.org_id = $1 AND k.waits LIMIT 1)
   FOR NO KEY UPDATE OF e;

-- name: due_to_expire
-- Requests whose link has been too old since $1, the oldest first, at most $2 of them.
SELECT org_id, id FROM bookings WHERE status = 'PENDING' AND expires_at <= $1 ORDER BY expires_at LIMIT $2;

-- name: expire_requests
-- Ends requests that are still pending and due at $3: booking and ticket EXPIRED. Locks the tickets in order of id. Returns the
-- bookings ended. A request that has joined a waiting list since it was read is no longer due.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id
      FROM unnest($1::bigint[], $2::bigint[]) AS a (org_id, id)
      JOIN tickets t ON t.org_id = a.org_id AND t.id = a.id
     WHERE t.status = 'INACTIVE'
     ORDER BY t.id
       FOR NO KEY UPDATE OF t
), ended AS (
    UPDATE bookings b SET status = 'EXPIRED', ended_at = $3, end_cause = 'expired', key_hash = NULL, body_hash = NULL
      FROM standing s
     WHERE b.org_id = s.org_id AND b.id = s.id AND b.status = 'PENDING' AND b.expires_at <= $3
    RETURNING b.org_id, b.id
), expired AS (
    UPDATE tickets t SET status = 'EXPIRED', version = t.version + 1
      FROM ended e
     WHERE t.org_id = e.org_id AND t.id = e.id
)
SELECT org_id, id FROM ended;

-- name: forget_keys
-- Forgets the idempotency keys of requests made before $1.
UPDATE bookings SET key_hash = NULL, body_hash = NULL WHERE key_hash IS NOT NULL AND requested_at < $1;
