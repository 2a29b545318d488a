-- Performances, as their organiser sees and changes them. Locks: rooms by id, then the slot last.

-- name: read_performance
-- One performance of the organisation.
SELECT s.id AS performance_id, s.org_id, s.show_id, w.title, s.room_id, m.name AS room, m.capacity AS room_capacity, s.venue_id,
       v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, s.total_capacity, s.additional_seats, s.occupied_seats,
       s.booked_count, s.held_count, s.verified_count, s.status, s.booking_opens_at, s.booking_closes_at, s.booking_closed,
       s.check_in_opens_minutes, s.check_in_closes_minutes, s.largest_party, w.largest_party AS show_largest_party,
       s.cancelled_at, s.cancel_message, s.bookings_ended_at, s.moved_at, s.version
  FROM reservation_slots s
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
 WHERE s.org_id = $1 AND s.id = $2;

-- name: list_performances
-- Performances of an organisation, the last one first, that come before the one at $8 with the id $9. NULL filters nothing: venue $2,
-- show $3, room $4, from the day $5 to the day $6, slot status $7.
SELECT s.id AS performance_id, s.org_id, s.show_id, w.title, s.room_id, m.name AS room, m.capacity AS room_capacity, s.venue_id,
       v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, s.total_capacity, s.additional_seats, s.occupied_seats,
       s.booked_count, s.held_count, s.verified_count, s.status, s.booking_opens_at, s.booking_closes_at, s.booking_closed,
       s.check_in_opens_minutes, s.check_in_closes_minutes, s.largest_party, w.largest_party AS show_largest_party,
       s.cancelled_at, s.cancel_message, s.bookings_ended_at, s.moved_at, s.version
  FROM reservation_slots s
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
 WHERE s.org_id = $1 AND s.show_id IS NOT NULL AND ($2::bigint IS NULL OR s.venue_id = $2)
   AND ($3::bigint IS NULL OR s.show_id = $3) AND ($4::bigint IS NULL OR s.room_id = $4)
   AND ($5::date IS NULL OR s.date >= $5) AND ($6::date IS NULL OR s.date <= $6) AND ($7::text IS NULL OR s.status = $7)
   AND ($8::timestamptz IS NULL OR (s.starts_at, s.id) < ($8, $9::bigint))
 ORDER BY s.starts_at DESC, s.id DESC LIMIT $10;

-- name: played_in_room
-- The performances of a room that are not cancelled and take place at some moment from $3 to $4, without the one with the id $5.
SELECT s.id, s.show_id, w.title, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at
  FROM reservation_slots s
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE s.room_id = $2 AND s.org_id = $1 AND s.status = 'ACTIVE' AND s.ends_at > $3 AND s.starts_at < $4
   AND s.id IS DISTINCT FROM $5
 ORDER BY s.starts_at, s.id;

-- name: add_performances
-- Adds performances to a room that the caller has locked, and returns their ids in order of time.
WITH added AS (
    INSERT INTO reservation_slots (org_id, venue_id, show_id, room_id, date, start_time, end_time, starts_at, ends_at, total_capacity,
                                   additional_seats, occupied_seats, booking_opens_at, booking_closes_at, booking_closed,
                                   check_in_opens_minutes, check_in_closes_minutes, largest_party, created_at, updated_at)
    SELECT $1, $2, $3, $4, a.date, a.start_time, a.end_time, a.starts_at, a.ends_at, $11,
           $12, $13, $14, a.booking_closes_at, $15, $16, $17, $18, $19, $19
      FROM unnest($5::date[], $6::time[], $7::time[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
           AS a (date, start_time, end_time, starts_at, ends_at, booking_closes_at)
    RETURNING id, starts_at
)
SELECT id FROM added ORDER BY starts_at, id;

-- name: lock_performance
-- A performance, locked: no place of it is taken or freed until the transaction ends.
SELECT s.*, w.title, w.largest_party AS show_largest_party, m.name AS room, v.timezone
  FROM reservation_slots s
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
 WHERE s.org_id = $1 AND s.id = $2
   FOR NO KEY UPDATE OF s;

-- name: room_of_performance
-- The room of a performance, to lock it before the slot.
SELECT room_id FROM reservation_slots WHERE org_id = $1 AND id = $2 AND show_id IS NOT NULL;

-- name: write_performance
-- Writes the settings of a performance that the caller has locked. If somebody waits, new places are held for the waiting list. The
-- revision grows if the places change. Returns all counts.
UPDATE reservation_slots s
   SET total_capacity = $3, additional_seats = $4, occupied_seats = $5, booking_opens_at = $6, booking_closes_at = $7,
       booking_closed = $8, check_in_opens_minutes = $9, check_in_closes_minutes = $10, largest_party = $11,
       held_count = s.held_count + CASE WHEN s.has_waitlist AND s.ends_at > $12 THEN greatest($3 - s.total_capacity, 0) ELSE 0 END,
       revision = s.revision + (s.total_capacity <> $3)::integer, version = s.version + 1, updated_at = $12
 WHERE s.org_id = $1 AND s.id = $2
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: delete_performance
-- Deletes a performance that nobody ever asked to book or waited for. Returns its day; nothing if somebody has.
DELETE FROM reservation_slots s
 WHERE s.org_id = $1 AND s.id = $2 AND s.show_id IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM bookings b WHERE b.slot_id = s.id AND b.org_id = s.org_id)
   AND NOT EXISTS (SELECT 1 FROM ticket_reservations r WHERE r.slot_id = s.id AND r.org_id = s.org_id)
   AND NOT EXISTS (SELECT 1 FROM waitlist_entries e WHERE e.slot_id = s.id AND e.org_id = s.org_id)
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.revision;

-- name: concerned
-- Whom a change of a performance concerns: confirmed bookings with nobody in yet and their people, people who are in, requests that
-- are not confirmed, and parties that wait.
SELECT count(*) FILTER (WHERE b.status = 'CONFIRMED' AND r.admitted = 0) AS bookings,
       coalesce(sum(r.places) FILTER (WHERE b.status = 'CONFIRMED' AND r.admitted = 0), 0) AS people,
       coalesce(sum(r.admitted) FILTER (WHERE b.status = 'CONFIRMED'), 0) AS admitted,
       count(*) FILTER (WHERE b.status = 'PENDING') AS pending,
       (SELECT count(*) FROM waitlist_entries e
         WHERE e.org_id = $1 AND e.slot_id = $2 AND e.status IN ('WAITING', 'OFFERED')) AS waiting
  FROM bookings b
  LEFT JOIN ticket_reservations r ON r.ticket_id = b.id AND r.org_id = b.org_id AND r.holds_place AND r.slot_id = b.slot_id
 WHERE b.slot_id = $2 AND b.org_id = $1 AND b.status IN ('PENDING', 'CONFIRMED');

-- name: first_concerned
-- The first $3 bookings of a performance that stand or are not confirmed yet, in order of id.
SELECT b.id AS booking_id, b.name, b.party_size, b.status, coalesce(r.admitted, 0) AS admitted
  FROM bookings b
  LEFT JOIN ticket_reservations r ON r.ticket_id = b.id AND r.org_id = b.org_id AND r.holds_place AND r.slot_id = b.slot_id
 WHERE b.slot_id = $2 AND b.org_id = $1 AND b.status IN ('PENDING', 'CONFIRMED')
 ORDER BY b.id LIMIT $3;
