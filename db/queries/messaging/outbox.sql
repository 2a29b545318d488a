-- The outbox: messages written in the transaction of their cause, and sent afterwards at least once.

-- name: claim
-- Claims up to $3 due messages for $4 until $2: with $5 = 1 those that become useless at some time, with 0 all others. Skips
-- rows that another process holds, so processes never wait for each other. Counts the attempt. Those with the fewest tries come
-- first, so that a message that breaks the connection every time does not delay the others.
WITH due AS (
    SELECT org_id, id
    FROM mail_outbox
    WHERE status = 'PENDING' AND num_nonnulls(not_after) = $5::integer AND next_attempt_at <= $1::timestamptz
      AND (leased_until IS NULL OR leased_until <= $1::timestamptz)
    ORDER BY next_attempt_at
    LIMIT $3::integer
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE mail_outbox o
    SET leased_until = $2::timestamptz, lease_id = $4::uuid, attempts = o.attempts + 1
    FROM due
    WHERE o.org_id = due.org_id AND o.id = due.id
    RETURNING o.org_id, o.id, o.kind, o.channel, o.reservation_id, o.recipient, o.language, o.payload, o.not_after,
              o.attempts, o.created_at
)
SELECT c.*, g.name AS organisation
FROM claimed c
JOIN organisations g ON g.id = c.org_id
ORDER BY c.attempts, c.id;

-- name: bring_back
-- Makes due at $1 what would wait longer than any message waits, and ends leases at $2 at the latest: a process wrote these times
-- while its clock was ahead. $3 has the longest waits, by the number of attempts from none on. Only messages that
-- become useless at some time with $4 = 1, with 0 all others. Their tries are counted from none again: processes whose clocks differ void each
-- other's waits, and would use up all tries within a minute.
UPDATE mail_outbox o
   SET next_attempt_at = CASE WHEN a.astray THEN $1::timestamptz ELSE o.next_attempt_at END,
       attempts = CASE WHEN a.astray THEN 0 ELSE o.attempts END,
       leased_until = CASE WHEN o.leased_until > $2::timestamptz THEN $2::timestamptz ELSE o.leased_until END
  FROM (SELECT org_id, id,
               next_attempt_at > $1::timestamptz + ($3::interval[])[least(attempts + 1, cardinality($3::interval[]))] AS astray
          FROM mail_outbox
         WHERE status = 'PENDING' AND num_nonnulls(not_after) = $4::integer
           AND (next_attempt_at > $1::timestamptz + ($3::interval[])[least(attempts + 1, cardinality($3::interval[]))]
                OR leased_until > $2::timestamptz)
           FOR UPDATE SKIP LOCKED) a
 WHERE o.org_id = a.org_id AND o.id = a.id
RETURNING o.id;

-- name: parties
-- The whole parties of some reservations, including cancelled ones: one row per place and per element of $1, the number of the
-- request. A party is the reservations with one manage token. Looked up row by row: on tables without statistics joins would read
-- all reservations of the organisation for each e-mail.
SELECT DISTINCT ON (a.n, r.id)
       a.n, r.id AS reservation_id, r.status, r.calendar_sequence, t.code AS ticket_code, t.status AS ticket_status,
       t.customer_name, s.id AS slot_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       v.name AS venue_name, v.address, v.slug, v.contact_email, v.contact_phone, v.timezone,
       CASE WHEN EXISTS (SELECT 1 FROM slot_closures c WHERE c.org_id = r.org_id AND c.slot_id = r.slot_id AND c.way = 'choose')
            OR EXISTS (SELECT 1 FROM slot_closures c
                        WHERE c.move_to = r.slot_id AND c.org_id = r.org_id AND r.moved_at >= c.closed_at)
       THEN 0 ELSE v.change_cutoff_hours END AS change_cutoff_hours
FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS a (n, org_id, reservation_id)
CROSS JOIN LATERAL (SELECT f.manage_token_hash FROM ticket_reservations f WHERE f.org_id = a.org_id AND f.id = a.reservation_id LIMIT 1) f
CROSS JOIN LATERAL (SELECT r.org_id, r.id, r.ticket_id, r.slot_id, r.venue_id, r.status, r.calendar_sequence, r.moved_at
                      FROM ticket_reservations r WHERE r.manage_token_hash = f.manage_token_hash OFFSET 0) r
CROSS JOIN LATERAL (SELECT t.code, t.status, t.customer_name FROM tickets t WHERE t.org_id = r.org_id AND t.id = r.ticket_id LIMIT 1) t
CROSS JOIN LATERAL (SELECT s.id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at
                      FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id LIMIT 1) s
CROSS JOIN LATERAL (SELECT v.name, v.address, v.slug, v.contact_email, v.contact_phone, v.timezone, v.change_cutoff_hours
                      FROM venues v WHERE v.org_id = r.org_id AND v.id = r.venue_id LIMIT 1) v
WHERE r.org_id = a.org_id
ORDER BY a.n, r.id;

-- name: bookings
-- The bookings of some messages: one row per element of $1, the number of the request. A booking is named by its reservation ($4),
-- or else by its id ($3).
SELECT a.n, b.id AS booking_id, b.status, b.name, coalesce(r.places, b.party_size) AS party_size,
       coalesce(r.admitted, 0) AS admitted, t.code, b.expires_at, r.id AS reservation_id,
       coalesce(r.calendar_sequence, 0) AS calendar_sequence, s.show_id, w.title, w.translations, m.name AS room,
       s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       coalesce(s.check_in_opens_minutes, v.early_entry_minutes) AS opens_minutes,
       v.name AS venue_name, v.address, v.slug, v.contact_email, v.contact_phone, v.timezone,
       CASE WHEN s.moved_at > r.reserved_at THEN 0 ELSE v.change_cutoff_hours END AS change_cutoff_hours
FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[]) AS a (n, org_id, booking_id, reservation_id)
LEFT JOIN LATERAL (SELECT f.ticket_id FROM ticket_reservations f
                    WHERE f.org_id = a.org_id AND f.id = a.reservation_id LIMIT 1) f ON true
JOIN bookings b ON b.org_id = a.org_id AND b.id = coalesce(f.ticket_id, a.booking_id)
JOIN tickets t ON t.org_id = b.org_id AND t.id = b.id
LEFT JOIN LATERAL (SELECT * FROM (SELECT r.id, r.slot_id, r.places, r.admitted, r.calendar_sequence, r.reserved_at FROM ticket_reservations r
                                   WHERE r.ticket_id = b.id AND r.org_id = b.org_id AND r.holds_place
                                  UNION ALL
                                  SELECT r.id, r.slot_id, r.places, r.admitted, r.calendar_sequence, r.reserved_at FROM ticket_reservations r
                                   WHERE r.ticket_id = b.id AND r.org_id = b.org_id AND NOT r.holds_place) r
                    ORDER BY r.id DESC LIMIT 1) r ON true
JOIN reservation_slots s ON s.org_id = b.org_id AND s.id = coalesce(r.slot_id, b.slot_id)
JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id;

-- name: shows
-- What plays in some slots: one row per element of $1, the number of the request. A slot that belongs to no show has no row.
SELECT a.n, s.show_id, w.title, w.translations, m.name AS room
FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS a (n, org_id, slot_id)
JOIN reservation_slots s ON s.org_id = a.org_id AND s.id = a.slot_id
JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id;

-- name: logos
-- The logos of the venues of some messages: one row per element of $1, the number of the request, whose venue has one. The venue is that
-- of a reservation ($3), a booking ($4) or a slot ($5), or is named ($6). The first row of a logo alone has its image.
SELECT a.n, g.hash, g.width, g.height,
       CASE WHEN row_number() OVER (PARTITION BY g.hash ORDER BY a.n) = 1 THEN g.image END AS image
FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS a (n, org_id, reservation_id, booking_id, slot_id, venue_id)
LEFT JOIN LATERAL (SELECT r.venue_id FROM ticket_reservations r WHERE r.org_id = a.org_id AND r.id = a.reservation_id LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT b.venue_id FROM bookings b WHERE b.org_id = a.org_id AND b.id = a.booking_id LIMIT 1) b ON true
LEFT JOIN LATERAL (SELECT s.venue_id FROM reservation_slots s WHERE s.org_id = a.org_id AND s.id = a.slot_id LIMIT 1) s ON true
JOIN venue_logos g ON g.org_id = a.org_id AND g.venue_id = coalesce(r.venue_id, b.venue_id, s.venue_id, a.venue_id)
ORDER BY a.n;

-- name: mark_sent
-- Marks a message as sent and deletes its payload (with the link's token). Does nothing if the lease was lost.
UPDATE mail_outbox
SET status = 'SENT', sent_at = $4::timestamptz, payload = '{}', last_error = NULL, leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: mark_deferred
-- Marks a message for another try at $4.
UPDATE mail_outbox
SET next_attempt_at = $4::timestamptz, last_error = $5::text, leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: mark_dead
-- Marks a message as given up for the reason $4. Deletes its secrets (links, a code) and keeps the rest for sending it again.
UPDATE mail_outbox
SET status = 'DEAD', last_error = $4::text, payload = payload - '{manage_token,confirm_token,waitlist_token,staff_token,code,ticket_codes}'::text[],
    leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: mark_dropped
-- Marks a message as no longer needed, for the reason $4.
UPDATE mail_outbox
SET status = 'DROPPED', last_error = $4::text, payload = '{}', leased_until = NULL, lease_id = NULL
WHERE org_id = $1::bigint AND id = $2::bigint AND lease_id = $3::uuid AND status = 'PENDING';

-- name: release
-- Releases messages that were claimed but not tried: the rest of lease $1 on channel $4 is due at $2, with the error $3 if any.
-- The attempt does not count.
UPDATE mail_outbox
SET next_attempt_at = GREATEST(next_attempt_at, $2::timestamptz), attempts = attempts - 1,
    last_error = COALESCE($3::text, last_error), leased_until = NULL, lease_id = NULL
WHERE lease_id = $1::uuid AND channel = $4::text AND status = 'PENDING';

-- name: pending
-- The number of waiting messages.
SELECT count(*) FROM mail_outbox WHERE status = 'PENDING';

-- name: orders
-- The orders of some messages with their tickets that stand, at most $5 of each order: one row per ticket and per element of $1, the number
-- of the request; one row without a ticket if none stands. Of a request that names tickets ($4, an array of ids as text) only these count.
-- The venue is that of the ticket's product, or the organisation's first. A cancelled order has its venues without the codes. `addressed` says
-- that the order has its buyer's address; the tickets of an import can share an order that has none. `must_book`: the ticket's venue, or one of
-- those where it is valid, admits nobody without a reservation.
SELECT a.n, o.org_id, o.id AS order_id, o.reference, o.status, o.customer_name, coalesce(o.customer_email, '') <> '' AS addressed, c.standing, c.unbooked,
       t.code, t.status AS ticket_status, t.valid_until, t.booked, p.name AS product, p.name_zh AS product_zh, v.id AS venue_id,
       v.name AS venue_name, v.address, v.slug, v.contact_email, v.contact_phone, coalesce(v.timezone, 'UTC') AS timezone,
       EXISTS (SELECT 1 FROM venues m WHERE m.org_id = o.org_id AND m.id = coalesce(p.venue_id, m.id) AND m.unreserved_entry = 'deny') AS must_book
FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::text[]) AS a (n, org_id, order_id, named)
JOIN orders o ON o.org_id = a.org_id AND o.id = a.order_id
CROSS JOIN LATERAL (SELECT count(*) AS standing, count(*) FILTER (WHERE f.status IN ('ACTIVATED', 'INACTIVE')) AS unbooked
                      FROM tickets f
                     WHERE f.order_id = o.id AND f.org_id = o.org_id AND f.status <> 'CANCELLED'
                       AND (a.named IS NULL OR f.id = ANY (a.named::bigint[]))) c
LEFT JOIN LATERAL (SELECT CASE WHEN f.status <> 'CANCELLED' THEN f.code END AS code, f.status, f.valid_until, f.product_id, f.created_at, f.id,
                          EXISTS (SELECT 1 FROM ticket_reservations r
                                   WHERE r.ticket_id = f.id AND r.org_id = f.org_id AND r.holds_place) AS booked
                     FROM tickets f
                    WHERE f.order_id = o.id AND f.org_id = o.org_id AND (f.status <> 'CANCELLED' OR o.status = 'CANCELLED')
                      AND (a.named IS NULL OR f.id = ANY (a.named::bigint[]))
                    ORDER BY f.created_at DESC, f.id DESC LIMIT $5) t ON true
LEFT JOIN products p ON p.org_id = o.org_id AND p.id = t.product_id
LEFT JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = o.org_id AND (p.venue_id IS NULL OR v.id = p.venue_id)
                    ORDER BY v.id LIMIT 1) v ON true
ORDER BY a.n, t.created_at, t.id;
