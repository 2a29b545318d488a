-- Slots for tickets as an administrator sees and changes them. A slot of a show is none of them. Locks: the venue before new slots,
-- slots by ascending id.

-- name: read_slot
-- One slot of the organisation, with how it was closed and how many parties wait for it.
SELECT s.id AS slot_id, s.org_id, s.venue_id, v.name AS venue, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       s.total_capacity, s.booked_count, s.held_count, s.verified_count, s.status, s.version, c.way, c.move_to, c.message,
       c.closed_at, c.finished_at
  FROM reservation_slots s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN slot_closures c ON c.org_id = s.org_id AND c.slot_id = s.id
 WHERE s.org_id = $1 AND s.id = $2 AND s.show_id IS NULL AND NOT s.for_guests;

-- name: page_of_slots
-- The slots of an organisation, the last one first: those that begin at $2 or later and come before the one at $3 with the id $4, from
-- the day $5 to the day $6, of status $7 (NULL: any). It follows the index by time, however many slots there are.
SELECT s.id FROM reservation_slots s
 WHERE s.org_id + 0 = $1 AND s.show_id IS NULL
   AND s.starts_at >= $2 AND (s.starts_at, s.id) < ($3, $4::bigint)
   AND ($5::date IS NULL OR s.date >= $5) AND ($6::date IS NULL OR s.date <= $6) AND ($7::text IS NULL OR s.status = $7)
 ORDER BY s.starts_at DESC, s.id DESC LIMIT $8;

-- name: page_of_venue
-- The same of venue $9.
SELECT s.id FROM reservation_slots s
 WHERE s.venue_id = $9 AND s.org_id + 0 = $1 AND s.show_id IS NULL
   AND s.starts_at >= $2 AND (s.starts_at, s.id) < ($3, $4::bigint)
   AND ($5::date IS NULL OR s.date >= $5) AND ($6::date IS NULL OR s.date <= $6) AND ($7::text IS NULL OR s.status = $7)
 ORDER BY s.starts_at DESC, s.id DESC LIMIT $8;

-- name: page_of_closed
-- The same of those that are closed, of venue $8 (NULL: any). They are few among many.
SELECT s.id FROM reservation_slots s
 WHERE s.status = 'CLOSED' AND s.org_id + 0 = $1 AND s.show_id IS NULL
   AND s.starts_at >= $2 AND (s.starts_at, s.id) < ($3, $4::bigint)
   AND ($5::date IS NULL OR s.date >= $5) AND ($6::date IS NULL OR s.date <= $6) AND ($8::bigint IS NULL OR s.venue_id = $8)
 ORDER BY s.starts_at DESC, s.id DESC LIMIT $7;

-- name: read_slots
-- These slots, the last one first.
SELECT s.id AS slot_id, s.org_id, s.venue_id, v.name AS venue, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       s.total_capacity, s.booked_count, s.held_count, s.verified_count, s.status, s.version, c.way, c.move_to, c.message,
       c.closed_at, c.finished_at
  FROM unnest($2::bigint[]) AS a (id)
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = $1 AND s.id = a.id LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = s.org_id AND v.id = s.venue_id LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT * FROM slot_closures c WHERE c.org_id = s.org_id AND c.slot_id = s.id LIMIT 1) c ON true
 WHERE s.show_id IS NULL
 ORDER BY s.starts_at DESC, s.id DESC;

-- name: days_of_slots
-- The slots of a venue by day, from $3 to $4: how many, how many are closed, and their places. Closed ones offer none.
SELECT s.date, count(*) AS slots, count(*) FILTER (WHERE s.status <> 'ACTIVE') AS closed,
       coalesce(sum(CASE WHEN s.status = 'ACTIVE' THEN s.total_capacity ELSE s.booked_count END), 0) AS capacity,
       coalesce(sum(s.booked_count), 0) AS booked, coalesce(sum(s.held_count), 0) AS held,
       coalesce(sum(s.verified_count), 0) AS entered
  FROM reservation_slots s
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.show_id IS NULL AND NOT s.for_guests AND s.date BETWEEN $3 AND $4
 GROUP BY s.date ORDER BY s.date;

-- name: standing_slots
-- The slots of a venue that take place at some moment from $3 to $4, closed ones included.
SELECT id, date, start_time, end_time, starts_at, ends_at, total_capacity
  FROM reservation_slots
 WHERE org_id = $1 AND venue_id = $2 AND show_id IS NULL AND NOT for_guests AND ends_at > $3 AND starts_at < $4
 ORDER BY starts_at, id;

-- name: slots_of_day
-- The slots of a venue's day that are not closed, to be copied.
SELECT id, date, start_time, end_time, starts_at, ends_at, total_capacity
  FROM reservation_slots
 WHERE org_id = $1 AND venue_id = $2 AND show_id IS NULL AND NOT for_guests AND date = $3 AND status = 'ACTIVE'
 ORDER BY starts_at, id;

-- name: add_planned
-- Adds slots to a venue that the caller has locked, and returns all counts in order of time. Existing ones are left as they are.
WITH added AS (
    INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity, created_at, updated_at)
    SELECT $1, $2, a.date, a.start_time, a.end_time, a.starts_at, a.ends_at, a.capacity, $9, $9
      FROM unnest($3::date[], $4::time[], $5::time[], $6::timestamptz[], $7::timestamptz[], $8::integer[])
           AS a (date, start_time, end_time, starts_at, ends_at, capacity)
    ON CONFLICT ON CONSTRAINT reservation_slots_once DO NOTHING
    RETURNING id, starts_at
)
SELECT id FROM added ORDER BY starts_at, id;

-- name: lock_slots
-- These slots for tickets, locked in order of id: no place of them is taken or freed until the transaction ends.
SELECT s.*, v.timezone
  FROM reservation_slots s JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[]) AND s.show_id IS NULL AND NOT s.for_guests
 ORDER BY s.id
   FOR NO KEY UPDATE OF s;

-- name: resize_slots
-- Sets the capacity of slots that the caller has locked. New places are held for the waiting list if somebody waits. Returns all counts.
UPDATE reservation_slots s
   SET total_capacity = $3,
       held_count = s.held_count + CASE WHEN s.has_waitlist AND s.ends_at > $4 AND s.status = 'ACTIVE'
                                        THEN greatest($3 - s.total_capacity, 0) ELSE 0 END,
       revision = s.revision + 1, version = s.version + 1, updated_at = $4
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[]) AND s.total_capacity <> $3
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: in_use
-- Which of these slots somebody has or had booked, waits for, or is moved to: with the number of reservations, cancelled ones
-- included, and of parties.
SELECT s.id, s.date, s.start_time, s.booked_count,
       (SELECT count(*) FROM ticket_reservations r WHERE r.slot_id = s.id AND r.org_id = s.org_id) AS reservations,
       (SELECT count(*) FROM waitlist_entries e WHERE e.slot_id = s.id AND e.org_id = s.org_id) AS parties
  FROM reservation_slots s
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[])
   AND (EXISTS (SELECT 1 FROM ticket_reservations r WHERE r.slot_id = s.id AND r.org_id = s.org_id)
        OR EXISTS (SELECT 1 FROM waitlist_entries e WHERE e.slot_id = s.id AND e.org_id = s.org_id)
        OR EXISTS (SELECT 1 FROM slot_closures c WHERE c.move_to = s.id AND c.org_id = s.org_id))
 ORDER BY s.id;

-- name: delete_slots
-- Deletes slots that the caller has locked and that nobody has used.
WITH lines AS (
    DELETE FROM waitlist_lines WHERE org_id = $1 AND slot_id = ANY ($2::bigint[])
), closures AS (
    DELETE FROM slot_closures WHERE org_id = $1 AND slot_id = ANY ($2::bigint[])
)
DELETE FROM reservation_slots WHERE org_id = $1 AND id = ANY ($2::bigint[])
RETURNING id;
