-- The bookings of performances as their organiser reads them. Nothing here locks or writes. A booking that was confirmed has as many
-- people as its reservation has places. A request that nobody confirmed in time is EXPIRED at once, before the job ends it.

-- name: bookings_of_performance
-- At most $11 bookings of performance $2 at $3 that pass the filters, in the order $4 (`name`, or `newest` first), after booking $5. A
-- filter that is NULL admits all: $6 is a status, $7 a part of the name or e-mail address as a pattern without accents, $8 a part of
-- the phone number as a pattern, $9 a code, $10 an id. The index finds the performance, whose bookings are sorted here.
SELECT b.id AS booking_id, b.state AS status, b.name, b.email, b.phone, b.notes, b.places AS party_size, b.admitted, b.language, b.consent,
       b.code, b.reservation_id, b.requested_at, b.expires_at, b.confirmed_at, b.checked_in_at, b.ended_at, b.end_cause,
       s.id AS performance_id, s.show_id, w.title, s.venue_id, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       m.name AS room
  FROM (SELECT b.*, t.code, r.id AS reservation_id, coalesce(r.places, b.party_size) AS places, coalesce(r.admitted, 0) AS admitted,
               r.verified_at AS checked_in_at,
               CASE WHEN b.status = 'CONFIRMED' AND r.admitted > 0 THEN 'CHECKED_IN'
                    WHEN b.status = 'PENDING' AND b.expires_at <= $3 THEN 'EXPIRED' ELSE b.status END AS state
          FROM bookings b
          JOIN LATERAL (SELECT * FROM tickets t WHERE t.id = b.id AND t.org_id = b.org_id LIMIT 1) t ON true
          LEFT JOIN LATERAL (SELECT * FROM (SELECT * FROM ticket_reservations a
                                             WHERE a.ticket_id = b.id AND a.org_id = b.org_id AND a.holds_place
                                            UNION ALL
                                            SELECT * FROM ticket_reservations g
                                             WHERE g.ticket_id = b.id AND g.org_id = b.org_id AND NOT g.holds_place) x
                              ORDER BY x.id DESC LIMIT 1) r ON true
         WHERE b.slot_id = $2 AND b.org_id = $1) b
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = b.org_id AND s.id = b.slot_id LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = b.org_id AND w.id = s.show_id LIMIT 1) w ON true
  JOIN LATERAL (SELECT * FROM rooms m WHERE m.org_id = b.org_id AND m.id = s.room_id LIMIT 1) m ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = b.org_id AND v.id = s.venue_id LIMIT 1) v ON true
  LEFT JOIN bookings last ON last.org_id = b.org_id AND last.id = $5
 WHERE ($5::bigint IS NULL OR CASE WHEN $4 = 'newest' THEN (b.requested_at, b.id) < (last.requested_at, last.id)
                                   ELSE (lower(b.name), b.id) > (lower(last.name), last.id) END)
   AND ($6::text IS NULL OR b.state = $6)
   AND (num_nonnulls($7::text, $8::text, $9::text, $10::bigint) = 0
        OR regexp_replace(normalize(lower(b.name || ' ' || b.email), NFKD), '[\u0300-\u036f]', '', 'g') LIKE $7
        OR b.phone LIKE $8 OR b.code = $9 OR b.id = $10)
 ORDER BY CASE WHEN $4 = 'newest' THEN b.requested_at END DESC, CASE WHEN $4 <> 'newest' THEN lower(b.name) END,
          CASE WHEN $4 = 'newest' THEN -b.id ELSE b.id END
 LIMIT $11;

-- name: bookings_anywhere
-- At most $7 bookings of an organisation at $2 with this e-mail address ($4, lower case), code ($5) or id ($6), newest first, after
-- booking $3. Each is found by an index. Unused criteria are NULL.
SELECT b.id AS booking_id, b.state AS status, b.name, b.email, b.phone, b.notes, b.places AS party_size, b.admitted, b.language, b.consent,
       b.code, b.reservation_id, b.requested_at, b.expires_at, b.confirmed_at, b.checked_in_at, b.ended_at, b.end_cause,
       s.id AS performance_id, s.show_id, w.title, s.venue_id, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       m.name AS room
  FROM (SELECT b.*, t.code, r.id AS reservation_id, coalesce(r.places, b.party_size) AS places, coalesce(r.admitted, 0) AS admitted,
               r.verified_at AS checked_in_at,
               CASE WHEN b.status = 'CONFIRMED' AND r.admitted > 0 THEN 'CHECKED_IN'
                    WHEN b.status = 'PENDING' AND b.expires_at <= $2 THEN 'EXPIRED' ELSE b.status END AS state
          FROM (SELECT e.id FROM bookings e WHERE lower(e.email) = $4 AND e.org_id = $1
                UNION
                SELECT c.id FROM tickets c WHERE c.code = $5 AND c.org_id = $1 AND c.channel = 'booking'
                UNION
                SELECT i.id FROM bookings i WHERE i.org_id = $1 AND i.id = $6) f
          JOIN bookings b ON b.org_id = $1 AND b.id = f.id
          JOIN LATERAL (SELECT * FROM tickets t WHERE t.id = b.id AND t.org_id = b.org_id LIMIT 1) t ON true
          LEFT JOIN LATERAL (SELECT * FROM (SELECT * FROM ticket_reservations a
                                             WHERE a.ticket_id = b.id AND a.org_id = b.org_id AND a.holds_place
                                            UNION ALL
                                            SELECT * FROM ticket_reservations g
                                             WHERE g.ticket_id = b.id AND g.org_id = b.org_id AND NOT g.holds_place) x
                              ORDER BY x.id DESC LIMIT 1) r ON true) b
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = b.org_id AND s.id = b.slot_id LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = b.org_id AND w.id = s.show_id LIMIT 1) w ON true
  JOIN LATERAL (SELECT * FROM rooms m WHERE m.org_id = b.org_id AND m.id = s.room_id LIMIT 1) m ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = b.org_id AND v.id = s.venue_id LIMIT 1) v ON true
  LEFT JOIN bookings last ON last.org_id = b.org_id AND last.id = $3
 WHERE $3::bigint IS NULL OR (b.requested_at, b.id) < (last.requested_at, last.id)
 ORDER BY b.requested_at DESC, b.id DESC
 LIMIT $7;

-- name: booking_counts
-- A performance with its counts, and its bookings and their people at $3 by status. `confirmed` includes those checked in.
SELECT s.id AS performance_id, s.show_id, w.title, s.venue_id, v.name AS venue, v.timezone, s.date, s.start_time, s.end_time,
       s.starts_at, s.ends_at, s.status, m.name AS room, s.total_capacity, s.booked_count, s.held_count, s.verified_count, c.*
  FROM reservation_slots s
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE b.status = 'PENDING' AND b.expires_at > $3) AS pending,
              coalesce(sum(b.party_size) FILTER (WHERE b.status = 'PENDING' AND b.expires_at > $3), 0) AS pending_people,
              count(*) FILTER (WHERE b.status = 'CONFIRMED') AS confirmed,
              coalesce(sum(coalesce(r.places, b.party_size)) FILTER (WHERE b.status = 'CONFIRMED'), 0) AS confirmed_people,
              count(*) FILTER (WHERE r.admitted > 0) AS checked_in,
              coalesce(sum(r.admitted), 0) AS checked_in_people,
              count(*) FILTER (WHERE b.status = 'CANCELLED') AS cancelled,
              count(*) FILTER (WHERE b.status = 'EXPIRED' OR (b.status = 'PENDING' AND b.expires_at <= $3)) AS expired
         FROM bookings b
         LEFT JOIN LATERAL (SELECT * FROM ticket_reservations r
                             WHERE r.ticket_id = b.id AND r.org_id = b.org_id AND r.holds_place LIMIT 1) r ON true
        WHERE b.slot_id = s.id AND b.org_id = s.org_id) c
 WHERE s.org_id = $1 AND s.id = $2;

-- name: mails_of_booking
-- The messages about one booking ($2), newest first: those of its reservation ($3, or NULL), and those of its request that are not
-- sent yet. What the hub has sent keeps no content, so a sent request is not found here.
SELECT m.id, m.kind, m.channel, m.status, m.recipient, m.created_at, m.sent_at, m.last_error
  FROM (SELECT * FROM mail_outbox r WHERE r.org_id = $1 AND r.reservation_id = $3
        UNION ALL
        SELECT * FROM mail_outbox p WHERE p.org_id = $1 AND p.status = 'PENDING' AND p.reservation_id IS NULL
                                      AND p.kind LIKE 'booking.%' AND p.payload @> jsonb_build_object('booking_id', $2::bigint)
        UNION ALL
        SELECT * FROM mail_outbox d WHERE d.org_id = $1 AND d.status IN ('DEAD', 'DROPPED') AND d.reservation_id IS NULL
                                      AND d.kind LIKE 'booking.%' AND d.payload @> jsonb_build_object('booking_id', $2::bigint)) m
 ORDER BY m.id DESC;
