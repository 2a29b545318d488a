-- Rooms. Whoever adds a performance to a room or changes its capacity locks the room first, and the slots by id last.

-- name: add_room
-- Adds a room to a venue of the organisation and returns its id; nothing if the organisation has no such venue.
INSERT INTO rooms (org_id, venue_id, name, capacity, accessibility, created_at)
SELECT v.org_id, v.id, $3, $4, $5, $6 FROM venues v WHERE v.org_id = $1 AND v.id = $2
RETURNING id;

-- name: read_room
-- One room with the number of its performances: all, and those that are not over at $3 and not cancelled.
SELECT m.id AS room_id, m.org_id, m.venue_id, v.name AS venue, m.name, m.capacity, m.accessibility, m.version, n.all_of_them, n.to_come
  FROM rooms m
  JOIN venues v ON v.org_id = m.org_id AND v.id = m.venue_id
  CROSS JOIN LATERAL (SELECT count(*) AS all_of_them,
                             count(*) FILTER (WHERE s.ends_at > $3 AND s.status = 'ACTIVE') AS to_come
                        FROM reservation_slots s WHERE s.room_id = m.id AND s.org_id = m.org_id) n
 WHERE m.org_id = $1 AND m.id = $2;

-- name: list_rooms
-- The rooms of an organisation, or of its venue $2, with ids below $3, newest first.
SELECT m.id AS room_id, m.org_id, m.venue_id, v.name AS venue, m.name, m.capacity, m.accessibility, m.version, n.all_of_them, n.to_come
  FROM rooms m
  JOIN venues v ON v.org_id = m.org_id AND v.id = m.venue_id
  CROSS JOIN LATERAL (SELECT count(*) AS all_of_them,
                             count(*) FILTER (WHERE s.ends_at > $5 AND s.status = 'ACTIVE') AS to_come
                        FROM reservation_slots s WHERE s.room_id = m.id AND s.org_id = m.org_id) n
 WHERE m.org_id = $1 AND ($2::bigint IS NULL OR m.venue_id = $2) AND m.id < $3
 ORDER BY m.id DESC LIMIT $4;

-- name: lock_room
-- A room, locked: nobody adds a performance to it or changes its capacity until the transaction ends.
SELECT id, venue_id, name, capacity, version FROM rooms WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: lock_rooms
-- These rooms, locked in order of id.
SELECT id, venue_id, name, capacity, version FROM rooms WHERE org_id = $1 AND id = ANY ($2::bigint[]) ORDER BY id
   FOR NO KEY UPDATE;

-- name: change_room
-- Changes a room that the caller has locked. NULL leaves a column as it is.
UPDATE rooms
   SET name = coalesce($3, name), capacity = coalesce($4, capacity), accessibility = coalesce($5, accessibility),
       version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: lock_performances_of_room
-- The performances of a room that are not over at $3 and not cancelled, locked in order of id.
SELECT s.id, s.date, s.start_time, s.total_capacity, s.booked_count, s.held_count, s.additional_seats, s.occupied_seats, w.title
  FROM reservation_slots s
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE s.room_id = $2 AND s.org_id = $1 AND s.ends_at > $3 AND s.status = 'ACTIVE'
 ORDER BY s.id
   FOR NO KEY UPDATE OF s;

-- name: resize_performances
-- Gives performances that the caller has locked the capacity of a room of $3 places. If somebody waits, new places are held for
-- the waiting list. Returns all counts.
UPDATE reservation_slots s
   SET total_capacity = $3 + s.additional_seats - s.occupied_seats,
       held_count = s.held_count + CASE WHEN s.has_waitlist
                                        THEN greatest($3 + s.additional_seats - s.occupied_seats - s.total_capacity, 0) ELSE 0 END,
       revision = s.revision + 1, version = s.version + 1, updated_at = $4
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[])
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: delete_room
-- Deletes a room without performances; returns nothing if it has some, or is not there.
DELETE FROM rooms m
 WHERE m.org_id = $1 AND m.id = $2
   AND NOT EXISTS (SELECT 1 FROM reservation_slots s WHERE s.room_id = m.id AND s.org_id = m.org_id)
RETURNING m.id;
