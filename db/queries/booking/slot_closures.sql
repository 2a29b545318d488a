-- Closing a slot for tickets. The slot is closed first, in its own transaction. Those booked follow in batches, each in one
-- transaction: tickets by id, reservations, slots by id last, and the row of the closure after its slot. A batch that was done is not
-- done again. Whole parties go together, with one e-mail each if they left an address. Guests go like everybody else; places that were
-- added for them are gone.

-- name: lock_slots
-- These slots for tickets, locked in order of id: no place of them is taken or freed until the transaction ends.
SELECT s.*, v.timezone
  FROM reservation_slots s JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[]) AND s.show_id IS NULL AND NOT s.for_guests
 ORDER BY s.id
   FOR NO KEY UPDATE OF s;

-- name: concerned
-- Whom closing slot $2 concerns: people booked who are not in yet, in how many parties; those who are in; parties that wait. If
-- they are to be moved to slot $3, how many have a ticket that is not good there.
SELECT coalesce(sum(r.places) FILTER (WHERE r.status = 'RESERVED'), 0) AS people,
       count(DISTINCT r.manage_token_hash) FILTER (WHERE r.status = 'RESERVED') AS parties,
       coalesce(sum(r.admitted) FILTER (WHERE r.status = 'VERIFIED'), 0) AS entered,
       (SELECT count(*) FROM waitlist_entries e
         WHERE e.slot_id = $2 AND e.org_id = $1 AND e.status IN ('WAITING', 'OFFERED')) AS waiting,
       coalesce(sum(r.places) FILTER (WHERE r.status = 'RESERVED' AND (p.venue_id <> x.venue_id OR t.valid_until <= x.starts_at)), 0) AS unfit
  FROM ticket_reservations r
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  LEFT JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN reservation_slots x ON x.org_id = r.org_id AND x.id = $3
 WHERE r.slot_id = $2 AND r.org_id = $1;

-- name: read_closure
SELECT way, move_to, kept, message, closed_at, finished_at FROM slot_closures WHERE org_id = $1 AND slot_id = $2;

-- name: is_target
-- Whether people are being moved to a slot that the caller has locked.
SELECT EXISTS (SELECT 1 FROM slot_closures WHERE move_to = $2 AND org_id = $1 AND finished_at IS NULL);

-- name: close_slot
-- Closes a slot that the caller has locked: nobody books it any more. Returns all counts.
UPDATE reservation_slots s
   SET status = 'CLOSED', revision = s.revision + 1, version = s.version + 1, updated_at = $3
 WHERE s.org_id = $1 AND s.id = $2
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: reopen_slot
-- Opens a closed slot that the caller has locked. Returns all counts.
UPDATE reservation_slots s
   SET status = 'ACTIVE', revision = s.revision + 1, version = s.version + 1, updated_at = $3
 WHERE s.org_id = $1 AND s.id = $2
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: add_closure
INSERT INTO slot_closures (org_id, slot_id, way, move_to, kept, message, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: drop_closure
DELETE FROM slot_closures WHERE org_id = $1 AND slot_id = $2;

-- name: keep_places
-- Holds $3 more places of a slot that the caller has locked, or gives some back. Returns all counts.
UPDATE reservation_slots s
   SET held_count = s.held_count + $3, revision = s.revision + 1, updated_at = $4
 WHERE s.org_id = $1 AND s.id = $2
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at;

-- name: note_parties
-- Notes every party booked in a slot that the caller has locked, to be asked to choose another time.
INSERT INTO closed_slot_notices (org_id, reservation_id, slot_id)
SELECT $1, min(r.id), $2 FROM ticket_reservations r
 WHERE r.slot_id = $2 AND r.org_id = $1 AND r.status = 'RESERVED' GROUP BY r.manage_token_hash
ON CONFLICT (org_id, reservation_id) DO NOTHING;

-- name: lock_notices
-- At most $3 notices of a slot that no other process works on.
SELECT reservation_id FROM closed_slot_notices
 WHERE slot_id = $2 AND org_id = $1 ORDER BY reservation_id LIMIT $3 FOR UPDATE SKIP LOCKED;

-- name: write_notices
-- Takes these notices off the list, and queues one e-mail with a new link for each party that is still booked in the slot.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($3::bigint[], $4::text[], $5::bytea[]) AS a (reservation_id, token, token_hash)
), noted AS (
    DELETE FROM closed_slot_notices n USING asked a
     WHERE n.org_id = $1 AND n.reservation_id = a.reservation_id AND n.slot_id = $2
    RETURNING n.reservation_id, a.token, a.token_hash
), party AS MATERIALIZED (
    SELECT n.token, n.token_hash, o.manage_token_hash, min(r.id) AS first_id, jsonb_agg(r.id ORDER BY r.id) AS ids
      FROM noted n
      JOIN ticket_reservations o ON o.org_id = $1 AND o.id = n.reservation_id
      JOIN ticket_reservations r ON r.manage_token_hash = o.manage_token_hash AND r.org_id = $1
     WHERE r.slot_id = $2 AND r.status = 'RESERVED'
     GROUP BY n.token, n.token_hash, o.manage_token_hash
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at) SELECT $1, token_hash, manage_token_hash, $6 FROM party
)
INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
SELECT $1, 'reservation.choose', p.first_id, r.customer_email,
       jsonb_build_object('manage_token', p.token, 'message', $7::text, 'reservation_ids', p.ids), r.language, $6
  FROM party p JOIN ticket_reservations r ON r.org_id = $1 AND r.id = p.first_id AND r.customer_email <> ''
 ORDER BY p.first_id
RETURNING reservation_id;

-- name: lock_parties
-- The tickets of the first $3 reservations that still stand in a closed slot, with those of their parties there, locked in order of id.
SELECT t.id, t.code, r.id AS reservation_id, r.manage_token_hash
  FROM tickets t
  JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id
 WHERE t.org_id = $1 AND r.slot_id = $2 AND r.status = 'RESERVED'
   AND r.manage_token_hash IN (SELECT f.manage_token_hash FROM ticket_reservations f
                                WHERE f.slot_id = $2 AND f.org_id = $1 AND f.status = 'RESERVED' ORDER BY f.id LIMIT $3)
 ORDER BY t.id
   FOR NO KEY UPDATE OF t;

-- name: move_parties
-- Moves these reservations of locked tickets from the closed slot $2 to slot $3, into the places kept for them. One e-mail with a new
-- link for each party. Returns all counts of both slots, with the codes of the tickets that were moved.
WITH leaving AS MATERIALIZED (
    SELECT r.org_id, r.id, r.ticket_id, r.places, r.customer_email, r.language, r.manage_token_hash,
           CASE WHEN r.added_places THEN r.places ELSE 0 END AS added
      FROM ticket_reservations r
     WHERE r.org_id = $1 AND r.id = ANY ($4::bigint[]) AND r.status = 'RESERVED' AND r.slot_id = $2
     ORDER BY r.id
       FOR NO KEY UPDATE
), held AS MATERIALIZED (
    SELECT s.* FROM reservation_slots s WHERE s.org_id = $1 AND s.id IN ($2, $3) ORDER BY s.id FOR NO KEY UPDATE
), total AS MATERIALIZED (
    SELECT coalesce(sum(places), 0)::integer AS places, coalesce(sum(added), 0)::integer AS added FROM leaving
), moved AS (
    UPDATE ticket_reservations r
       SET slot_id = $3, venue_id = h.venue_id, moved_at = $5, calendar_sequence = r.calendar_sequence + 1, added_places = false
      FROM leaving l, held h
     WHERE r.org_id = l.org_id AND r.id = l.id AND h.id = $3
), relisted AS (
    UPDATE guests g SET slot_id = $3, venue_id = h.venue_id
      FROM leaving l, held h WHERE g.org_id = l.org_id AND g.id = l.ticket_id AND h.id = $3
), touched AS (
    UPDATE tickets t SET version = t.version + 1 FROM leaving l WHERE t.org_id = l.org_id AND t.id = l.ticket_id
    RETURNING t.code
), token AS MATERIALIZED (
    SELECT * FROM unnest($6::bytea[], $7::text[], $8::bytea[]) AS a (manage_token_hash, token, token_hash)
), party AS MATERIALIZED (
    SELECT DISTINCT ON (l.manage_token_hash) l.id, l.customer_email, l.language, l.manage_token_hash, a.token, a.token_hash,
           (SELECT jsonb_agg(x.id ORDER BY x.id) FROM leaving x WHERE x.manage_token_hash = l.manage_token_hash) AS ids
      FROM leaving l JOIN token a ON a.manage_token_hash = l.manage_token_hash
     ORDER BY l.manage_token_hash, l.id
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at) SELECT $1, token_hash, manage_token_hash, $5 FROM party
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, 'reservation.moved', p.id, p.customer_email,
           jsonb_build_object('manage_token', p.token, 'was', $9::jsonb, 'message', $10::text, 'cause', 'closed',
                              'reservation_ids', p.ids),
           p.language, $5
      FROM party p WHERE p.customer_email <> '' ORDER BY p.id
), closure AS (
    UPDATE slot_closures c SET kept = greatest(c.kept - n.places, 0) FROM total n WHERE c.org_id = $1 AND c.slot_id = $2
)
UPDATE reservation_slots s
   SET booked_count = h.booked_count + CASE WHEN h.id = $3 THEN n.places ELSE -n.places END,
       held_count = greatest(h.held_count - CASE WHEN h.id = $3 THEN n.places ELSE 0 END, 0),
       total_capacity = h.total_capacity - CASE WHEN h.id = $3 THEN 0 ELSE n.added END, verified_count = h.verified_count,
       revision = h.revision + 1, updated_at = $5
  FROM held h, total n
 WHERE s.org_id = h.org_id AND s.id = h.id AND n.places > 0
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at, n.places, (SELECT array_agg(code) FROM touched) AS codes;

-- name: end_parties
-- Cancels these reservations of locked tickets because slot $2 is closed: the tickets are good for another time, the places are no
-- longer booked, one e-mail for each party. $6 has other times by the size of a party. Returns all counts, with the codes.
WITH leaving AS MATERIALIZED (
    SELECT r.org_id, r.id, r.ticket_id, r.places, r.customer_email, r.language, r.manage_token_hash,
           CASE WHEN r.added_places THEN r.places ELSE 0 END AS added
      FROM ticket_reservations r
     WHERE r.org_id = $1 AND r.id = ANY ($3::bigint[]) AND r.status = 'RESERVED' AND r.slot_id = $2
     ORDER BY r.id
       FOR NO KEY UPDATE
), held AS MATERIALIZED (
    SELECT s.* FROM reservation_slots s WHERE s.org_id = $1 AND s.id = $2 FOR NO KEY UPDATE
), total AS MATERIALIZED (
    SELECT coalesce(sum(places), 0)::integer AS places, coalesce(sum(added), 0)::integer AS added FROM leaving
), cancelled AS (
    UPDATE ticket_reservations r
       SET status = 'CANCELLED', cancelled_at = $4, cancel_cause = 'staff', calendar_sequence = r.calendar_sequence + 1
      FROM leaving l WHERE r.org_id = l.org_id AND r.id = l.id
), freed AS (
    UPDATE tickets t SET status = CASE t.channel WHEN 'guest' THEN 'CANCELLED' ELSE 'ACTIVATED' END, reserved_at = NULL,
           version = t.version + 1
      FROM leaving l WHERE t.org_id = l.org_id AND t.id = l.ticket_id
    RETURNING t.code
), party AS MATERIALIZED (
    SELECT DISTINCT ON (l.manage_token_hash) l.id, l.customer_email, l.language,
           (SELECT jsonb_agg(x.id ORDER BY x.id) FROM leaving x WHERE x.manage_token_hash = l.manage_token_hash) AS ids,
           (SELECT sum(x.places) FROM leaving x WHERE x.manage_token_hash = l.manage_token_hash) AS size
      FROM leaving l ORDER BY l.manage_token_hash, l.id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT $1, 'reservation.cancelled', p.id, p.customer_email,
           jsonb_build_object('cause', 'closed', 'message', $5::text, 'reservation_ids', p.ids,
                              'alternatives', coalesce($6::jsonb -> p.size::text, '[]')),
           p.language, $4
      FROM party p WHERE p.customer_email <> '' ORDER BY p.id
)
UPDATE reservation_slots s
   SET booked_count = h.booked_count - n.places, held_count = h.held_count, total_capacity = h.total_capacity - n.added,
       verified_count = h.verified_count, revision = h.revision + 1, updated_at = $4
  FROM held h, total n
 WHERE s.org_id = h.org_id AND s.id = h.id AND n.places > 0
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
          s.held_count, s.revision, s.status, s.ends_at, n.places, (SELECT array_agg(code) FROM freed) AS codes;

-- name: party_sizes
-- The sizes of the parties that still stand in a slot.
SELECT DISTINCT sum(r.places)::integer AS size FROM ticket_reservations r
 WHERE r.slot_id = $2 AND r.org_id = $1 AND r.status = 'RESERVED' GROUP BY r.manage_token_hash;

-- name: other_times
-- Slots of a venue with free places from day $3 to day $4 that are not over, without slot $5.
SELECT id, date, start_time, end_time, total_capacity - booked_count - held_count AS free
  FROM reservation_slots
 WHERE org_id = $1 AND venue_id = $2 AND show_id IS NULL AND date BETWEEN $3 AND $4 AND status = 'ACTIVE' AND ends_at > $6
   AND id <> $5 AND total_capacity > booked_count + held_count;

-- name: people_left
-- People who are still to be moved or notified: in the reservations of the slot, or in its notices.
SELECT CASE WHEN c.way = 'choose' THEN (SELECT count(*) FROM closed_slot_notices n WHERE n.slot_id = c.slot_id AND n.org_id = c.org_id)
            ELSE (SELECT coalesce(sum(r.places), 0) FROM ticket_reservations r
                   WHERE r.slot_id = c.slot_id AND r.org_id = c.org_id AND r.status = 'RESERVED') END
  FROM slot_closures c WHERE c.org_id = $1 AND c.slot_id = $2;

-- name: tell_instead
-- Nobody can be moved to the target any more, so those who are left are notified.
UPDATE slot_closures SET way = 'tell', move_to = NULL, kept = 0 WHERE org_id = $1 AND slot_id = $2;

-- name: finish_closure
UPDATE slot_closures SET finished_at = $3, kept = 0 WHERE org_id = $1 AND slot_id = $2 AND finished_at IS NULL RETURNING slot_id;

-- name: unfinished
-- Closed slots with people who are not moved or notified yet.
SELECT org_id, slot_id FROM slot_closures WHERE finished_at IS NULL ORDER BY closed_at LIMIT 100;
