-- The waiting list: entries, their links, and serving the list of a slot. Locks: list, then entries by id, then the slot.
-- Accepting an offer locks the tickets first, then its entry, then the slot. A booking that joins locks its ticket first.

-- name: read_party
-- One row per code, in their order: the ticket with the facts that booking needs. A booking's code is no ticket's here.
SELECT a.code AS asked, t.id AS ticket_id, t.code, CASE WHEN t.verified_at IS NULL THEN t.status ELSE 'VERIFIED' END AS status,
       t.valid_until, p.venue_id AS product_venue_id, r.id AS reservation_id, rs.date AS reserved_date
  FROM unnest($2::text[]) WITH ORDINALITY AS a (code, n)
  LEFT JOIN tickets t ON t.code = a.code AND t.org_id = $1 AND t.channel NOT IN ('booking', 'guest')
  LEFT JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
  LEFT JOIN reservation_slots rs ON rs.org_id = r.org_id AND rs.id = r.slot_id
 ORDER BY a.n;

-- name: read_slot
SELECT org_id, id, venue_id, date, start_time, end_time, starts_at, ends_at, status, total_capacity, booked_count, held_count,
       revision, show_id, booking_opens_at, booking_closes_at, booking_closed,
       (SELECT h.status FROM shows h WHERE h.org_id = s.org_id AND h.id = s.show_id) AS show_status
  FROM reservation_slots s
 WHERE org_id = $1 AND id = $2;

-- name: lock_slot
-- The same, locked: no place of the slot is taken or freed until the transaction ends.
SELECT org_id, id, venue_id, date, start_time, end_time, starts_at, ends_at, status, total_capacity, booked_count, held_count,
       verified_count, revision, has_waitlist, show_id, booking_opens_at, booking_closes_at, booking_closed,
       (SELECT h.status FROM shows h WHERE h.org_id = s.org_id AND h.id = s.show_id) AS show_status
  FROM reservation_slots s
 WHERE org_id = $1 AND id = $2
   FOR NO KEY UPDATE;

-- name: kept_places
-- How many of the held places of a slot are kept for people who are being moved here from a closed slot. Read under the slot's lock.
SELECT coalesce(sum(kept), 0)::integer FROM slot_closures WHERE move_to = $2 AND org_id = $1;

-- name: request_of_token
-- The request for seats that a confirmation link is about, whatever the organisation, because the token gives the right to it.
SELECT org_id, id, slot_id, venue_id, status, party_size, email, phone, language, expires_at
  FROM bookings WHERE confirm_hash = $1;

-- name: lock_request
-- The same, locked after its ticket: it is not confirmed, moved or expired until the transaction ends.
SELECT b.org_id, b.id, b.slot_id, b.venue_id, b.status, b.party_size, b.email, b.phone, b.language, b.expires_at
  FROM tickets t
  JOIN bookings b ON b.org_id = t.org_id AND b.id = t.id
 WHERE t.org_id = $1 AND t.id = $2
   FOR NO KEY UPDATE OF t, b;

-- name: keep_request
-- A request that waits stands until $3, the end of its performance. The caller has locked it. As every change of a booking, this
-- changes the version of its ticket.
WITH kept AS (
    UPDATE bookings SET expires_at = greatest(expires_at, $3) WHERE org_id = $1 AND id = $2
)
UPDATE tickets SET version = version + 1 WHERE org_id = $1 AND id = $2;

-- name: keep_requests
-- The same for every request that waits for performance $2, which may have been moved to a later time.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id, s.ends_at
      FROM waitlist_entries e
      JOIN waitlist_tickets w ON w.org_id = e.org_id AND w.entry_id = e.id
      JOIN bookings b ON b.org_id = w.org_id AND b.id = w.ticket_id
      JOIN reservation_slots s ON s.org_id = e.org_id AND s.id = e.slot_id
      JOIN tickets t ON t.org_id = b.org_id AND t.id = b.id
     WHERE e.org_id = $1 AND e.slot_id = $2 AND e.status IN ('WAITING', 'OFFERED') AND b.status = 'PENDING'
       AND b.expires_at < s.ends_at
     ORDER BY t.id
       FOR NO KEY UPDATE OF t
), kept AS (
    UPDATE bookings b SET expires_at = d.ends_at
      FROM standing d
     WHERE b.org_id = d.org_id AND b.id = d.id AND b.status = 'PENDING' AND b.expires_at < d.ends_at
    RETURNING b.org_id, b.id
)
UPDATE tickets t SET version = t.version + 1 FROM kept k WHERE t.org_id = k.org_id AND t.id = k.id;

-- name: waits_for
-- The entry by which a ticket waits for a slot, or has an offer.
SELECT entry_id FROM waitlist_tickets WHERE org_id = $1 AND ticket_id = $2 AND slot_id = $3 AND waits;

-- name: entry_of_key
-- The entry that was made with an idempotency key, with the hash of its request.
SELECT id, slot_id, body_hash FROM waitlist_entries WHERE org_id = $1 AND key_hash = $2;

-- name: join_line
-- Adds an entry at the end of the list of a slot that the caller has locked, with its tickets, link and e-mail. It wants $14 places:
-- one for each ticket, or those of the party of a booking. A ticket that waits for this slot already violates
-- waitlist_tickets_wait_once; a used key violates waitlist_entries_key_once.
WITH line AS (
    INSERT INTO waitlist_lines (org_id, slot_id) VALUES ($1, $2) ON CONFLICT (org_id, slot_id) DO NOTHING
), marked AS (
    UPDATE reservation_slots SET has_waitlist = true WHERE org_id = $1 AND id = $2 AND NOT has_waitlist
), entry AS (
    INSERT INTO waitlist_entries (org_id, slot_id, venue_id, places, customer_email, customer_phone, language, key_hash,
                                  body_hash, joined_at)
    VALUES ($1, $2, $3, $14, $5, $6, $7, $8, $9, $12)
    RETURNING id, places
), tickets AS (
    INSERT INTO waitlist_tickets (org_id, entry_id, ticket_id, slot_id)
    SELECT $1, e.id, t, $2 FROM entry e, unnest($4::bigint[]) t
), linked AS (
    INSERT INTO waitlist_links (org_id, token_hash, entry_id, created_at) SELECT $1, $11, e.id, $12 FROM entry e
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
    SELECT $1, 'waitlist.joined', $5,
           $13::jsonb || jsonb_build_object('waitlist_token', $10::text, 'places', e.places), $7, $12
      FROM entry e
)
SELECT id FROM entry;

-- name: add_link
-- Adds a link to an entry.
INSERT INTO waitlist_links (org_id, token_hash, entry_id, created_at) VALUES ($1, $2, $3, $4);

-- name: turn
-- The position of an entry: the number that wait up to and including it.
SELECT count(*) FROM waitlist_entries WHERE org_id = $1 AND slot_id = $2 AND status = 'WAITING' AND id <= $3;

-- name: entry_of_token
-- The entry of a link, whatever the organisation, because the token gives the right to it.
SELECT e.org_id, e.id, e.slot_id, e.venue_id, e.places, e.status, e.offer_ends_at, e.end_cause, e.customer_email,
       e.offered_at IS NOT NULL AS had_offer, e.customer_phone, e.language, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       v.name AS venue_name, v.timezone, k.ticket_codes, k.booking_id, s.show_id, h.title AS show_title, m.name AS room_name,
       (SELECT count(*) FROM waitlist_entries a
         WHERE a.org_id = e.org_id AND a.slot_id = e.slot_id AND a.status = 'WAITING' AND a.id <= e.id) AS turn
  FROM waitlist_links l
  JOIN waitlist_entries e ON e.org_id = l.org_id AND e.id = l.entry_id
  JOIN reservation_slots s ON s.org_id = e.org_id AND s.id = e.slot_id
  JOIN venues v ON v.org_id = e.org_id AND v.id = e.venue_id
  LEFT JOIN shows h ON h.org_id = s.org_id AND h.id = s.show_id
  LEFT JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
  -- A booking's code opens the door, so this link does not show it.
 CROSS JOIN LATERAL (SELECT array_agg(t.code ORDER BY t.id) FILTER (WHERE t.channel NOT IN ('booking', 'guest')) AS ticket_codes,
                            max(t.id) FILTER (WHERE t.channel = 'booking') AS booking_id
                       FROM waitlist_tickets w JOIN tickets t ON t.org_id = w.org_id AND t.id = w.ticket_id
                      WHERE w.org_id = e.org_id AND w.entry_id = e.id) k
 WHERE l.token_hash = $1;

-- name: end_entries
-- Changes WAITING or OFFERED entries to $3 (for the cause $4), and their tickets may wait again. An entry whose payload in $6 is
-- not NULL gets an e-mail. An unsent e-mail of an offer is dropped. Offered places stay in the slot's held_count until its list
-- is served. Returns the entries that were ended now.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($2::bigint[], $6::text[]) AS a (id, payload)
), ended AS (
    UPDATE waitlist_entries e
       SET status = $3, end_cause = $4, ended_at = $5
      FROM asked a
     WHERE e.org_id = $1 AND e.id = a.id AND e.status IN ('WAITING', 'OFFERED')
    RETURNING e.org_id, e.id, e.places, e.offered_at, e.customer_email, e.language, a.payload
), freed AS (
    UPDATE waitlist_tickets w SET waits = false FROM ended e WHERE w.org_id = e.org_id AND w.entry_id = e.id
), unsaid AS (
    DELETE FROM mail_outbox o
     USING ended e
     WHERE o.org_id = e.org_id AND o.status = 'PENDING' AND o.kind = 'waitlist.offer'
       AND (o.payload ->> 'entry_id')::bigint = e.id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
    SELECT $1, 'waitlist.closed', customer_email,
           payload::jsonb || jsonb_build_object('places', places, 'had_offer', offered_at IS NOT NULL), language, $5
      FROM ended
     WHERE payload IS NOT NULL
)
SELECT id FROM ended;

-- name: lines_to_serve
-- Lists with work to do: an offer has expired or can no longer be accepted, a held place is not offered, a place is free that
-- somebody waits for, the slot is over or closed, its booking is closed, nobody waits any more, or a request would expire earlier.
-- The list of a cancelled performance is closed after its requests are ended, so that everybody who waited gets one e-mail.
SELECT l.org_id, l.slot_id
  FROM waitlist_lines l
  JOIN reservation_slots s ON s.org_id = l.org_id AND s.id = l.slot_id
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN shows h ON h.org_id = s.org_id AND h.id = s.show_id
  CROSS JOIN LATERAL (SELECT coalesce(sum(e.places), 0) AS places, min(e.offer_ends_at) AS first_end
                        FROM waitlist_entries e
                       WHERE e.org_id = l.org_id AND e.slot_id = l.slot_id AND e.status = 'OFFERED') o
  CROSS JOIN LATERAL (SELECT min(e.places) AS smallest
                        FROM waitlist_entries e
                       WHERE e.org_id = l.org_id AND e.slot_id = l.slot_id AND e.status = 'WAITING') w
 WHERE (s.cancelled_at IS NULL OR s.bookings_ended_at IS NOT NULL)
   AND (s.ends_at <= $1 OR s.status <> 'ACTIVE' OR s.booking_closed OR s.booking_opens_at > $1 OR s.booking_closes_at <= $1
        OR h.status <> 'PUBLISHED'
        OR o.first_end <= $1 OR s.held_count <> o.places
        OR (s.has_waitlist AND (w.smallest IS NULL OR v.waitlist_offer_minutes IS NULL))
        OR w.smallest <= s.total_capacity - s.booked_count - o.places
        OR EXISTS (SELECT 1
                     FROM waitlist_entries e
                     JOIN waitlist_tickets k ON k.org_id = e.org_id AND k.entry_id = e.id
                     JOIN tickets t ON t.org_id = k.org_id AND t.id = k.ticket_id
                     LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
                    WHERE e.org_id = l.org_id AND e.slot_id = l.slot_id AND e.status = 'OFFERED'
                      AND (t.status <> CASE t.channel WHEN 'booking' THEN 'INACTIVE' ELSE 'ACTIVATED' END
                           OR t.verified_at IS NOT NULL OR r.id IS NOT NULL))
        OR (s.show_id IS NOT NULL
            AND EXISTS (SELECT 1
                          FROM waitlist_entries e
                          JOIN waitlist_tickets k ON k.org_id = e.org_id AND k.entry_id = e.id
                          JOIN bookings b ON b.org_id = k.org_id AND b.id = k.ticket_id
                         WHERE e.org_id = l.org_id AND e.slot_id = l.slot_id AND e.status IN ('WAITING', 'OFFERED')
                           AND b.status = 'PENDING' AND b.expires_at < s.ends_at)))
 ORDER BY l.org_id, l.slot_id;

-- name: claim_line
-- The row of a list, locked. Returns nothing if another process is serving it.
SELECT slot_id FROM waitlist_lines WHERE org_id = $1 AND slot_id = $2 FOR UPDATE SKIP LOCKED;

-- name: lock_entries
-- Every offer of a list, its first waiting entry, and the next $3 whose party is not larger than all places that are not booked.
-- Locked in order of joining.
SELECT e.id, e.places, e.status, e.gathers_until, e.offer_ends_at
  FROM waitlist_entries e
 WHERE e.org_id = $1 AND e.slot_id = $2 AND e.status IN ('WAITING', 'OFFERED')
   AND e.id IN (
           SELECT o.id FROM waitlist_entries o WHERE o.org_id = $1 AND o.slot_id = $2 AND o.status = 'OFFERED'
           UNION ALL
           (SELECT f.id FROM waitlist_entries f
             WHERE f.org_id = $1 AND f.slot_id = $2 AND f.status = 'WAITING' ORDER BY f.id LIMIT 1)
           UNION ALL
           (SELECT n.id FROM waitlist_entries n
             WHERE n.org_id = $1 AND n.slot_id = $2 AND n.status = 'WAITING'
               AND n.places <= (SELECT s.total_capacity - s.booked_count FROM reservation_slots s
                                 WHERE s.org_id = $1 AND s.id = $2)
             ORDER BY n.id LIMIT $3))
 ORDER BY e.id
   FOR NO KEY UPDATE;

-- name: read_tickets
-- The tickets of entries, with the facts that booking needs. A request for seats is INACTIVE and can be confirmed, so it counts
-- as an ACTIVATED ticket.
SELECT w.entry_id, t.id AS ticket_id, t.code, t.channel,
       CASE WHEN t.verified_at IS NOT NULL THEN 'VERIFIED' WHEN t.channel = 'booking' AND t.status = 'INACTIVE' THEN 'ACTIVATED'
            ELSE t.status END AS status,
       t.valid_until, p.venue_id AS product_venue_id, r.id AS reservation_id, rs.date AS reserved_date
  FROM waitlist_tickets w
  JOIN tickets t ON t.org_id = w.org_id AND t.id = w.ticket_id
  LEFT JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
  LEFT JOIN reservation_slots rs ON rs.org_id = r.org_id AND rs.id = r.slot_id
 WHERE w.org_id = $1 AND w.entry_id = ANY ($2::bigint[])
 ORDER BY w.entry_id, t.id;

-- name: offer
-- Makes waiting entries an offer until $6, each with a new link and an e-mail. Returns those that got one.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($2::bigint[], $3::text[], $4::bytea[]) AS a (id, token, token_hash)
), offered AS (
    UPDATE waitlist_entries e
       SET status = 'OFFERED', offered_at = $5, offer_ends_at = $6
      FROM asked a
     WHERE e.org_id = $1 AND e.id = a.id AND e.status = 'WAITING'
    RETURNING e.id, e.places, e.customer_email, e.language, a.token, a.token_hash
), linked AS (
    INSERT INTO waitlist_links (org_id, token_hash, entry_id, created_at) SELECT $1, token_hash, id, $5 FROM offered
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at, not_after)
    SELECT $1, 'waitlist.offer', customer_email,
           $7::jsonb || jsonb_build_object('waitlist_token', token, 'places', places, 'entry_id', id), language, $5, $6
      FROM offered
)
SELECT id FROM offered;

-- name: lapse
-- Ends offers that expired by $5, each with an e-mail. Their tickets may wait again. Returns those that lapsed now.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($2::bigint[], $3::text[], $4::bytea[]) AS a (id, token, token_hash)
), lapsed AS (
    UPDATE waitlist_entries e
       SET status = 'LAPSED', ended_at = $5
      FROM asked a
     WHERE e.org_id = $1 AND e.id = a.id AND e.status = 'OFFERED' AND e.offer_ends_at <= $5
    RETURNING e.org_id, e.id, e.places, e.customer_email, e.language, a.token, a.token_hash
), freed AS (
    UPDATE waitlist_tickets w SET waits = false FROM lapsed e WHERE w.org_id = e.org_id AND w.entry_id = e.id
), linked AS (
    INSERT INTO waitlist_links (org_id, token_hash, entry_id, created_at) SELECT $1, token_hash, id, $5 FROM lapsed
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
    SELECT $1, 'waitlist.lapsed', customer_email,
           $6::jsonb || jsonb_build_object('waitlist_token', token, 'places', places), language, $5
      FROM lapsed
)
SELECT id FROM lapsed;

-- name: gather
-- Keeps places that become free until $3 together for this entry. An entry gets this only once.
UPDATE waitlist_entries SET gathers_until = $3
 WHERE org_id = $1 AND id = $2 AND status = 'WAITING' AND gathers_until IS NULL;

-- name: open_entries
-- All entries of a list that wait or have an offer.
SELECT id FROM waitlist_entries
 WHERE org_id = $1 AND slot_id = $2 AND status = ANY ($3::text[])
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: set_held
-- Sets the held places of a slot that the caller has locked, and whether somebody waits for it. The revision grows if the count
-- changes. Returns nothing if nothing changes.
UPDATE reservation_slots s
   SET held_count = $3, revision = s.revision + (s.held_count <> $3)::integer, updated_at = $4, has_waitlist = w.somebody
  FROM (SELECT EXISTS (SELECT 1 FROM waitlist_entries e
                        WHERE e.org_id = $1 AND e.slot_id = $2 AND e.status = 'WAITING') AS somebody) w
 WHERE s.org_id = $1 AND s.id = $2 AND (s.held_count, s.has_waitlist) <> ($3, w.somebody)
RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
          s.verified_count, s.held_count, s.revision;

-- name: drop_line
-- Deletes the row of a list without entries.
DELETE FROM waitlist_lines l
 WHERE l.org_id = $1 AND l.slot_id = $2
   AND NOT EXISTS (SELECT 1 FROM waitlist_entries e
                    WHERE e.org_id = $1 AND e.slot_id = $2 AND e.status IN ('WAITING', 'OFFERED'));

-- name: offer_of_booking
-- The offer that a booking can accept at $3.
SELECT e.id, e.slot_id
  FROM waitlist_tickets w
  JOIN waitlist_entries e ON e.org_id = w.org_id AND e.id = w.entry_id
 WHERE w.org_id = $1 AND w.ticket_id = $2 AND w.waits AND e.status = 'OFFERED' AND e.offer_ends_at > $3;

-- name: link_of_request
-- What confirms a booking, and for how many people.
SELECT confirm_hash, party_size FROM bookings WHERE org_id = $1 AND id = $2;

-- name: accept
-- Accepts an offer that is open at $3. Its links now open the reservation ($4 is the hash of the party's manage token). $5 of its
-- places become free in this transaction, for the booking of the party, whose tickets the caller has locked. What a smaller party
-- leaves stays held until the list is served, so that the public never sees it. Returns nothing if the offer is over.
WITH accepted AS (
    UPDATE waitlist_entries e
       SET status = 'ACCEPTED', ended_at = $3
     WHERE e.org_id = $1 AND e.id = $2 AND e.status = 'OFFERED' AND e.offer_ends_at > $3
    RETURNING e.org_id, e.id, e.slot_id, e.places
), freed AS (
    UPDATE waitlist_tickets w SET waits = false FROM accepted e WHERE w.org_id = e.org_id AND w.entry_id = e.id
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at)
    SELECT l.org_id, l.token_hash, $4, $3
      FROM accepted e
      JOIN waitlist_links l ON l.org_id = e.org_id AND l.entry_id = e.id
), held AS MATERIALIZED (
    SELECT s.*, e.places
      FROM accepted e
      JOIN reservation_slots s ON s.org_id = e.org_id AND s.id = e.slot_id
       FOR NO KEY UPDATE OF s
)
UPDATE reservation_slots s
   SET held_count = h.held_count - least(h.places, $5), booked_count = h.booked_count, total_capacity = h.total_capacity,
       verified_count = h.verified_count, revision = h.revision + 1, updated_at = $3
  FROM held h
 WHERE s.org_id = h.org_id AND s.id = h.id
RETURNING s.id;

-- name: open_line
-- Adds a list to a slot that has none, so that it is served.
INSERT INTO waitlist_lines (org_id, slot_id) VALUES ($1, $2) ON CONFLICT (org_id, slot_id) DO NOTHING;

-- name: drifted_holds
-- Slots that hold fewer places than they have offered, or hold places although nobody waits.
SELECT s.org_id, s.id AS slot_id, s.date, s.start_time, s.held_count, o.places AS offered
  FROM reservation_slots s
  CROSS JOIN LATERAL (SELECT coalesce(sum(e.places), 0) AS places
                        FROM waitlist_entries e
                       WHERE e.org_id = s.org_id AND e.slot_id = s.id AND e.status = 'OFFERED') o
 WHERE s.held_count < o.places
    OR (s.held_count > 0 AND NOT EXISTS (SELECT 1 FROM waitlist_lines l WHERE l.org_id = s.org_id AND l.slot_id = s.id))
 ORDER BY s.org_id, s.id;
