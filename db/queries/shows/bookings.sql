-- Bookings: requests for seats of a performance. Locks: the ticket, then its booking, which has the same id.
-- The places of a confirmed booking are taken by `take_places` (booking/reservations.sql).

-- name: read_booking
-- The booking of the link in either e-mail ($1), whatever the organisation, because the token gives the right to it; or, if $1
-- is NULL, the booking $3 of the organisation $2, for its staff. A booking that was confirmed is told as its reservation has it
-- now: the performance it was moved to, and its places.
SELECT b.org_id, b.id AS booking_id, b.status, b.name, b.email, b.phone, b.notes, coalesce(r.places, b.party_size) AS party_size,
       coalesce(r.admitted, 0) AS admitted, b.language, b.consent, b.requested_at, b.expires_at, b.confirmed_at, b.ended_at,
       b.end_cause, t.code, t.version AS ticket_version, r.id AS reservation_id, r.status AS reservation_status,
       r.verified_at AS checked_in_at, r.manage_token_hash AS first_token_hash, coalesce(r.calendar_sequence, 0) AS calendar_sequence,
       s.id AS performance_id, s.status AS performance_status, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       s.total_capacity, greatest(s.total_capacity - s.booked_count - s.held_count, 0) AS available_count, s.booking_opens_at,
       s.booking_closes_at, s.booking_closed, coalesce(s.largest_party, w.largest_party) AS largest_party,
       w.id AS show_id, w.title, w.subtitle, w.translations, w.status AS show_status, m.id AS room_id, m.name AS room,
       m.accessibility AS room_accessibility, v.id AS venue_id, v.name AS venue_name, v.address AS venue_address, v.timezone,
       v.change_cutoff_hours, coalesce(s.check_in_opens_minutes, v.early_entry_minutes) AS check_in_opens_minutes
  FROM bookings b
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = b.org_id AND t.id = b.id LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM ticket_reservations r
                      WHERE r.ticket_id = b.id AND r.org_id = b.org_id ORDER BY r.id DESC LIMIT 1) r ON true
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = b.org_id AND s.id = coalesce(r.slot_id, b.slot_id) LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = s.org_id AND w.id = s.show_id LIMIT 1) w ON true
  JOIN LATERAL (SELECT * FROM rooms m WHERE m.org_id = s.org_id AND m.id = s.room_id LIMIT 1) m ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = s.org_id AND v.id = s.venue_id LIMIT 1) v ON true
 WHERE (b.org_id, b.id) = (
       SELECT f.org_id, f.id
         FROM (SELECT $2::bigint AS org_id, $3::bigint AS id WHERE $1::bytea IS NULL
               UNION ALL
               SELECT c.org_id, c.id FROM bookings c WHERE c.confirm_hash = $1
               UNION ALL
               SELECT q.org_id, q.ticket_id FROM ticket_reservations q
                WHERE q.manage_token_hash = coalesce((SELECT l.stands_for FROM manage_links l WHERE l.token_hash = $1 LIMIT 1), $1)) f
        LIMIT 1);
