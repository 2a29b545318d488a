-- Guests: people who are admitted by name. A guest is a ticket of the channel `guest` with one reservation, so what counts, moves and
-- scans knows no other form. Locks: tickets by id, reservations, the slot last. Rows of new guests are added under the slot's lock.

-- name: guests_of_slots
-- At most $6 guests of these slots ($2) that were not taken off, by name, after guest $5. A part of the name is searched for ($3, a
-- pattern), or a whole e-mail address ($4).
SELECT g.id AS guest_id, g.name, r.places AS party, r.admitted, g.note, g.email, g.language, r.status, r.id AS reservation_id, t.code,
       NOT r.added_places AS counts, g.version, g.created_at, s.id AS slot_id, s.venue_id, v.timezone, s.date, s.start_time, s.end_time,
       s.starts_at, s.ends_at, s.for_guests AS whole_day, coalesce(w.title, '') AS title
  FROM guests g
  JOIN tickets t ON t.org_id = g.org_id AND t.id = g.id
  JOIN ticket_reservations r ON r.ticket_id = g.id AND r.org_id = g.org_id AND r.holds_place
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  LEFT JOIN guests last ON last.org_id = $1 AND last.id = $5
 WHERE g.slot_id = ANY ($2::bigint[]) AND g.org_id = $1
   AND ($3::text IS NULL OR regexp_replace(normalize(lower(g.name), NFKD), '[\u0300-\u036f]', '', 'g') LIKE $3 OR lower(g.email) = $4)
   AND ($5::bigint IS NULL OR (lower(g.name), g.id) > (lower(last.name), last.id))
 ORDER BY lower(g.name), g.id
 LIMIT $6;

-- name: read_guest
-- One guest, also one that was taken off the list: the two indexes of a ticket's reservations have those that hold a place, and the others.
SELECT g.id AS guest_id, g.name, r.places AS party, r.admitted, g.note, g.email, g.language, r.status, r.id AS reservation_id, t.code,
       NOT r.added_places AS counts, g.version, g.created_at, s.id AS slot_id, s.venue_id, v.timezone, s.date, s.start_time, s.end_time,
       s.starts_at, s.ends_at, s.for_guests AS whole_day, coalesce(w.title, '') AS title
  FROM guests g
  JOIN tickets t ON t.org_id = g.org_id AND t.id = g.id
  JOIN LATERAL (SELECT * FROM ticket_reservations a WHERE a.ticket_id = g.id AND a.org_id = g.org_id AND a.holds_place
                UNION ALL
                SELECT * FROM ticket_reservations b WHERE b.ticket_id = g.id AND b.org_id = g.org_id AND NOT b.holds_place) r ON true
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE g.org_id = $1 AND g.id = $2
 ORDER BY r.id DESC
 LIMIT 1;

-- name: slots_of_day
-- What guests may be listed for on day $3 of a venue: its slots and performances that are not cancelled, and the whole day once it
-- has guests. `guests` is the number of people on the list.
SELECT s.id AS slot_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, s.for_guests AS whole_day, coalesce(w.title, '') AS title,
       s.total_capacity - s.booked_count - s.held_count AS free, coalesce(n.people, 0) AS people, coalesce(n.admitted, 0) AS admitted
  FROM reservation_slots s
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  LEFT JOIN LATERAL (SELECT sum(r.places)::integer AS people, sum(r.admitted)::integer AS admitted
                       FROM guests g
                       JOIN ticket_reservations r ON r.ticket_id = g.id AND r.org_id = g.org_id AND r.holds_place
                      WHERE g.slot_id = s.id AND g.org_id = s.org_id) n ON true
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date = $3 AND s.cancelled_at IS NULL
 ORDER BY s.for_guests DESC, s.starts_at, s.id;

-- name: add_day
-- Adds the slot of a day's guests, unless there is one. Nobody can book it, and its guests come in all day. It begins a second after
-- midnight, so that it is never taken for a slot that begins at midnight.
INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity, status, booking_closed,
                               for_guests, check_in_opens_minutes)
VALUES ($1, $2, $3, '00:00:01', '23:59:59', $4, $5, 0, 'CLOSED', true, true, 0)
ON CONFLICT ON CONSTRAINT reservation_slots_once DO NOTHING;

-- name: read_day
-- The slot of a day's guests.
SELECT id FROM reservation_slots WHERE org_id = $1 AND venue_id = $2 AND date = $3 AND for_guests;

-- name: lock_slot
-- A slot, locked: nobody else is added to its list until the transaction ends.
SELECT id, venue_id, ends_at, cancelled_at, for_guests, has_waitlist, total_capacity - booked_count - held_count AS free
  FROM reservation_slots
 WHERE org_id = $1 AND id = $2
   FOR NO KEY UPDATE;

-- name: listed_names
-- Which of these names (lower case) stand on the list of a slot.
SELECT DISTINCT lower(g.name) AS name
  FROM guests g
  JOIN ticket_reservations r ON r.ticket_id = g.id AND r.org_id = g.org_id AND r.holds_place
 WHERE g.slot_id = $2 AND g.org_id = $1 AND lower(g.name) = ANY ($3::text[]);

-- name: add_guests
-- Adds guests to a slot that the caller has locked: ticket, reservation and row of each, and an e-mail with the code to whoever has an
-- address if $14. With $13 the slot becomes larger by their places; else the caller has seen that they are free. Returns all counts.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[], $11::bytea[])
                  WITH ORDINALITY AS a (id, code, name, note, email, places, token_hash, n)
), ticketed AS (
    INSERT INTO tickets (org_id, id, code, channel, status, customer_name, customer_email, reserved_at, activated_at)
    SELECT $1, id, code, 'guest', 'RESERVED', name, email, $4::timestamptz, $4 FROM asked
), booked AS (
    INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, customer_email, customer_phone, manage_token_hash, reserved_at,
                                     language, places, added_places)
    SELECT $1, id, $2, $3, coalesce(email, ''), '', token_hash, $4, $12, places, $13::boolean FROM asked ORDER BY n
    RETURNING id, ticket_id
), listed AS (
    INSERT INTO guests (org_id, id, venue_id, slot_id, name, note, email, language, added_by, created_at)
    SELECT $1, id, $3, $2, name, note, email, $12, $15::bigint, $4 FROM asked
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, 'guest.invited', b.id, a.email, jsonb_build_object('places', a.places, 'whole_day', s.for_guests), $12, $4
      FROM asked a JOIN booked b ON b.ticket_id = a.id JOIN reservation_slots s ON s.org_id = $1 AND s.id = $2
     WHERE a.email IS NOT NULL AND $14::boolean
     ORDER BY b.id
)
UPDATE reservation_slots s
   SET booked_count = s.booked_count + n.places, total_capacity = s.total_capacity + CASE WHEN $13 THEN n.places ELSE 0 END,
       additional_seats = s.additional_seats + CASE WHEN $13 AND s.show_id IS NOT NULL THEN n.places ELSE 0 END,
       revision = s.revision + 1, updated_at = $4
  FROM (SELECT sum(places)::integer AS places FROM asked) n
 WHERE s.org_id = $1 AND s.id = $2
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: lock_guest
-- A guest's ticket, locked, with the guest's row.
SELECT t.id, t.code, g.version, g.name, g.note, g.email, g.language, g.venue_id
  FROM tickets t
  JOIN guests g ON g.org_id = t.org_id AND g.id = t.id
 WHERE t.org_id = $1 AND t.id = $2 AND t.channel = 'guest'
   FOR NO KEY UPDATE OF t;

-- name: lock_places
-- The reservation of a locked guest, locked. Nothing if the guest was taken off the list.
SELECT r.id, r.slot_id, r.places, r.admitted, r.added_places, r.status
  FROM ticket_reservations r
 WHERE r.ticket_id = $2 AND r.org_id = $1 AND r.holds_place
   FOR NO KEY UPDATE;

-- name: change_guest
-- Changes name, note and address of a locked guest. With $6 the code goes out to the address.
WITH named AS (
    UPDATE tickets t SET customer_name = $3, customer_email = $5, version = t.version + 1 WHERE t.org_id = $1 AND t.id = $2
), reached AS (
    UPDATE ticket_reservations r SET customer_email = coalesce($5, '') WHERE r.ticket_id = $2 AND r.org_id = $1 AND r.holds_place
    RETURNING r.id, r.org_id, r.slot_id, r.language, r.places
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, 'guest.invited', r.id, $5, jsonb_build_object('places', r.places, 'whole_day', s.for_guests), r.language, $7::timestamptz
      FROM reached r JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id WHERE $5::text IS NOT NULL AND $6::boolean
)
UPDATE guests g SET name = $3, note = $4, email = $5, version = g.version + 1 WHERE g.org_id = $1 AND g.id = $2;

-- name: resize_guest
-- Gives a locked guest's reservation $3 places in its locked slot, and returns all counts of the slot. The caller has seen that they
-- are free, or the slot grows and shrinks with them.
WITH was AS MATERIALIZED (
    SELECT r.id, r.org_id, r.slot_id, $3::integer - r.places AS more, r.added_places FROM ticket_reservations r WHERE r.org_id = $1 AND r.id = $2
), resized AS (
    UPDATE ticket_reservations r SET places = $3 FROM was w WHERE r.org_id = w.org_id AND r.id = w.id
)
UPDATE reservation_slots s
   SET booked_count = s.booked_count + w.more, total_capacity = s.total_capacity + CASE WHEN w.added_places THEN w.more ELSE 0 END,
       additional_seats = s.additional_seats + CASE WHEN w.added_places AND s.show_id IS NOT NULL THEN w.more ELSE 0 END,
       held_count = s.held_count + CASE WHEN s.has_waitlist AND NOT w.added_places AND w.more < 0 THEN -w.more ELSE 0 END,
       revision = s.revision + 1, updated_at = $4
  FROM was w
 WHERE s.org_id = w.org_id AND s.id = w.slot_id
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: guests_at_gate
-- At most $6 guests of a venue with slots that end after $3 and begin before $4, whose name matches the pattern $5, by name. Of a
-- cancelled performance nobody is found.
SELECT g.id AS guest_id, g.name, g.note, r.places AS party, r.admitted, t.code, s.date, s.start_time, s.end_time, s.for_guests AS whole_day,
       coalesce(w.title, '') AS title
  FROM reservation_slots s
  JOIN guests g ON g.slot_id = s.id AND g.org_id = s.org_id
  JOIN tickets t ON t.org_id = g.org_id AND t.id = g.id
  JOIN ticket_reservations r ON r.ticket_id = g.id AND r.org_id = g.org_id AND r.holds_place
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date BETWEEN $7 AND $8 AND s.ends_at > $3 AND s.starts_at < $4 AND s.cancelled_at IS NULL
   AND regexp_replace(normalize(lower(g.name), NFKD), '[\u0300-\u036f]', '', 'g') LIKE ALL ($5::text[])
 ORDER BY r.admitted >= r.places, lower(g.name), g.id
 LIMIT $6;

-- name: guests_to_end
-- The reservations of at most $3 guests of a cancelled performance that nobody of is in.
SELECT t.id, t.version, r.id AS reservation_id, t.code
  FROM guests g
  JOIN tickets t ON t.org_id = g.org_id AND t.id = g.id
  JOIN ticket_reservations r ON r.ticket_id = g.id AND r.org_id = g.org_id AND r.holds_place AND r.status = 'RESERVED'
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
 WHERE g.slot_id = $2 AND g.org_id = $1 AND s.cancelled_at IS NOT NULL
 ORDER BY t.id
 LIMIT $3;
