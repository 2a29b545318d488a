-- The reservations of an organisation as its managers find them. First the ids of a page are found, by an index each, then its lines
-- are read. Nothing here locks or writes.

-- name: newest_reservations
-- The ids of at most $3 reservations below id $2, newest first, that pass the filters: status ($4), venue ($5), product ($6) and channel
-- ($7) of the ticket. NULL admits all. It looks at no more than $8 reservations. `lowest` is the last one that it looked at, if there
-- may be more below it.
WITH looked AS MATERIALIZED (
    SELECT r.org_id, r.id, r.ticket_id, r.status, r.venue_id FROM ticket_reservations r
     WHERE r.org_id = $1 AND r.id < $2
     ORDER BY r.id DESC
     LIMIT $8
)
SELECT array(SELECT l.id
               FROM looked l
               JOIN LATERAL (SELECT t.product_id, t.channel FROM tickets t WHERE t.org_id = l.org_id AND t.id = l.ticket_id LIMIT 1) t ON true
              WHERE ($4::text IS NULL OR l.status = $4) AND ($5::bigint IS NULL OR l.venue_id = $5)
                AND ($6::bigint IS NULL OR t.product_id = $6) AND ($7::text IS NULL OR t.channel = $7)
              ORDER BY l.id DESC
              LIMIT $3) AS ids,
       (SELECT CASE WHEN count(*) = $8 THEN min(id) END FROM looked) AS lowest;

-- name: reservations_of_slots
-- The ids of at most $4 reservations of these slots ($2), in order of their start, after reservation $3. Filters as above: $5 to $8.
SELECT r.id
  FROM unnest($2::bigint[]) AS a (slot_id)
  JOIN reservation_slots s ON s.id = a.slot_id AND s.org_id = $1
  JOIN ticket_reservations r ON r.slot_id = s.id AND r.org_id = s.org_id
  JOIN LATERAL (SELECT t.product_id, t.channel FROM tickets t WHERE t.org_id = r.org_id AND t.id = r.ticket_id LIMIT 1) t ON true
  LEFT JOIN (SELECT ls.starts_at, ls.id AS slot_id, lr.id FROM ticket_reservations lr JOIN reservation_slots ls ON ls.org_id = lr.org_id
                AND ls.id = lr.slot_id WHERE lr.org_id = $1 AND lr.id = $3) last ON true
 WHERE ($3::bigint IS NULL OR (s.starts_at, s.id, r.id) > (last.starts_at, last.slot_id, last.id))
   AND ($5::text IS NULL OR r.status = $5) AND ($6::bigint IS NULL OR r.venue_id = $6)
   AND ($7::bigint IS NULL OR t.product_id = $7) AND ($8::text IS NULL OR t.channel = $8)
 ORDER BY s.starts_at, s.id, r.id
 LIMIT $4;

-- name: use_word_indexes
-- Lets the next statement of the transaction read the indexes of words, which Postgres reads as bitmaps only. Reports do without them
-- (db/pool.py), and a search would read every name instead.
SET LOCAL enable_bitmapscan = on;

-- name: searched_reservations
-- The ids of at most $4 reservations below id $3, newest first, among these slots ($2, NULL: all), with the filters $5 to $8. They have an
-- e-mail address from $9 up to $10, one of the phone numbers $11, the code $12, the order $13, a name by the query $14, or of
-- names without spaces by $17, or the number $15: their own, or that of an order without a reference.
-- Of each kind no more than $16 are looked at, each by an index (LATERAL ... LIMIT, so that no plan reads a whole table); `capped` says that there may be others.
WITH named AS MATERIALIZED (
    (SELECT t.id FROM tickets t
     WHERE to_tsvector('simple', folded_name(t.customer_name)) @@ to_tsquery('simple', $14::text) AND t.customer_name IS NOT NULL AND t.org_id = $1
     LIMIT $16)
    UNION ALL
    (SELECT t.id FROM tickets t
     WHERE to_tsvector('simple', parted_name(t.customer_name)) @@ to_tsquery('simple', $17::text)
       AND t.customer_name ~ '[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]' AND t.org_id = $1
     LIMIT $16)
), ordered AS MATERIALIZED (
    (SELECT o.id FROM orders o
     WHERE to_tsvector('simple', folded_name(o.customer_name)) @@ to_tsquery('simple', $14::text) AND o.customer_name IS NOT NULL AND o.org_id = $1
     LIMIT $16)
    UNION ALL
    (SELECT o.id FROM orders o
     WHERE to_tsvector('simple', parted_name(o.customer_name)) @@ to_tsquery('simple', $17::text)
       AND o.customer_name ~ '[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]' AND o.org_id = $1
     LIMIT $16)
), of_tickets AS MATERIALIZED (
    SELECT id FROM named
    UNION SELECT t.id FROM tickets t WHERE t.code = $12 AND t.org_id = $1
    UNION (SELECT t.id FROM tickets t WHERE lower(t.imported_email) ~>=~ $9::text AND lower(t.imported_email) ~<~ $10::text
              AND t.imported_email IS NOT NULL AND t.org_id = $1 LIMIT $16)
    UNION (SELECT t.id FROM tickets t WHERE t.imported_phone = ANY ($11::text[]) AND t.imported_phone IS NOT NULL AND t.org_id = $1 LIMIT $16)
    UNION (SELECT t.id FROM (SELECT o.id FROM orders o WHERE o.reference = $13 AND o.org_id = $1
                           UNION SELECT o.id FROM orders o WHERE o.id = $15 AND o.reference IS NULL AND o.org_id = $1
                           UNION SELECT id FROM ordered) o
            CROSS JOIN LATERAL (SELECT t.id FROM tickets t WHERE t.order_id = o.id AND t.org_id = $1 LIMIT $16) t LIMIT $16)
), addressed AS MATERIALIZED (
    SELECT r.id FROM ticket_reservations r
     WHERE lower(r.customer_email) ~>=~ $9::text AND lower(r.customer_email) ~<~ $10::text AND r.org_id = $1
     LIMIT $16
), found AS MATERIALIZED (
    SELECT id FROM addressed
    UNION (SELECT r.id FROM ticket_reservations r WHERE r.customer_phone = ANY ($11::text[]) AND r.org_id = $1 LIMIT $16)
    UNION SELECT r.id FROM of_tickets t CROSS JOIN LATERAL (SELECT r.id FROM ticket_reservations r
                                                             WHERE r.ticket_id = t.id AND r.org_id = $1 AND r.holds_place LIMIT 1) r
    UNION SELECT r.id FROM of_tickets t CROSS JOIN LATERAL (SELECT r.id FROM ticket_reservations r
                                                             WHERE r.ticket_id = t.id AND r.org_id = $1 AND NOT r.holds_place LIMIT 20) r
    UNION SELECT r.id FROM ticket_reservations r WHERE r.org_id = $1 AND r.id = $15
)
SELECT array(SELECT r.id
               FROM found f
               JOIN LATERAL (SELECT * FROM ticket_reservations r WHERE r.org_id = $1 AND r.id = f.id LIMIT 1) r ON true
               JOIN LATERAL (SELECT t.product_id, t.channel FROM tickets t WHERE t.org_id = $1 AND t.id = r.ticket_id LIMIT 1) t ON true
              WHERE r.id < $3 AND ($2::bigint[] IS NULL OR r.slot_id = ANY ($2)) AND ($5::text IS NULL OR r.status = $5)
                AND ($6::bigint IS NULL OR r.venue_id = $6) AND ($7::bigint IS NULL OR t.product_id = $7)
                AND ($8::text IS NULL OR t.channel = $8)
              ORDER BY r.id DESC
              LIMIT $4) AS ids,
       (SELECT count(*) FROM named) = $16 OR (SELECT count(*) FROM ordered) = $16 OR (SELECT count(*) FROM addressed) = $16 AS capped;

-- name: reservation_lines
-- These reservations ($2) in the order of the array, each with its ticket, order and slot.
SELECT r.id AS reservation_id, r.status, r.places, r.admitted, r.booked_together, t.id AS ticket_id, t.code AS ticket_code, t.channel,
       p.name AS product, coalesce(t.customer_name, o.customer_name) AS name, r.customer_email AS email, r.customer_phone AS phone,
       t.order_id, o.reference AS order_reference, r.language, r.reserved_at, r.moved_at, r.verified_at, r.cancelled_at, r.cancel_cause,
       s.id AS slot_id, s.venue_id, v.name AS venue, v.timezone, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       s.for_guests AS whole_day, s.show_id, w.title, t.version
  FROM unnest($2::bigint[]) WITH ORDINALITY AS a (id, n)
  JOIN LATERAL (SELECT * FROM ticket_reservations r WHERE r.org_id = $1 AND r.id = a.id LIMIT 1) r ON true
  JOIN LATERAL (SELECT * FROM tickets t WHERE t.org_id = $1 AND t.id = r.ticket_id LIMIT 1) t ON true
  JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = $1 AND s.id = r.slot_id LIMIT 1) s ON true
  JOIN LATERAL (SELECT * FROM venues v WHERE v.org_id = $1 AND v.id = s.venue_id LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT * FROM products p WHERE p.org_id = $1 AND p.id = t.product_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT * FROM orders o WHERE o.org_id = $1 AND o.id = t.order_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT * FROM shows w WHERE w.org_id = $1 AND w.id = s.show_id LIMIT 1) w ON true
 ORDER BY a.n;

-- name: slots_on
-- The slots of a day, of one venue ($3) or all.
SELECT s.id, s.venue_id, s.start_time, s.end_time, s.for_guests AS whole_day, coalesce(w.title, '') AS title, s.booked_count, s.verified_count
  FROM reservation_slots s
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE s.date = $2 AND s.org_id = $1 AND ($3::bigint IS NULL OR s.venue_id = $3)
 ORDER BY s.starts_at, s.id;

-- name: slots_to_move_to
-- The next $4 slots of slot $2's venue that are open, not over at $3, and have $5 places; for a performance those of its show.
SELECT s.id, s.venue_id, s.date, s.start_time, s.end_time, s.total_capacity - s.booked_count - s.held_count AS free
  FROM reservation_slots was
  JOIN reservation_slots s ON s.org_id = was.org_id AND s.venue_id = was.venue_id AND s.id <> was.id
   AND s.show_id IS NOT DISTINCT FROM was.show_id
 WHERE was.org_id = $1 AND was.id = $2 AND s.status = 'ACTIVE' AND s.ends_at > $3 AND s.date >= ($3::timestamptz - interval '1 day')::date
   AND s.total_capacity - s.booked_count - s.held_count >= $5
 ORDER BY s.starts_at, s.id
 LIMIT $4;

-- name: products_and_venues
-- What the list can be filtered by.
SELECT 'product' AS kind, id, name FROM products WHERE org_id = $1
UNION ALL
SELECT 'venue', id, name FROM venues WHERE org_id = $1
 ORDER BY 1, 3, 2
 LIMIT 400;

-- name: correct_contact
-- Gives the reservations $3 of the tickets $2 another address and phone number, all or none. Bookings and guests follow. With another
-- address ($9) all links are void, also that of the first e-mail of a booking: the party gets the token whose hash is $7. One e-mail with it ($6) goes to the new address, and the old
-- one learns of it. Returns the ids; none if a ticket has changed since it was read ($10).
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id
      FROM unnest($2::bigint[], $10::integer[]) AS a (id, version)
      JOIN tickets t ON t.org_id = $1 AND t.id = a.id
     WHERE t.version = a.version
     ORDER BY t.id
       FOR NO KEY UPDATE OF t
), party AS MATERIALIZED (
    SELECT r.org_id, r.id, r.ticket_id, r.customer_email, r.language, r.places,
           (SELECT s.for_guests FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id) AS whole_day
      FROM standing d JOIN ticket_reservations r ON r.org_id = d.org_id AND r.ticket_id = d.id AND r.id = ANY ($3::bigint[])
     WHERE (SELECT count(*) FROM standing) = cardinality($2)
     ORDER BY r.id
       FOR NO KEY UPDATE OF r
), corrected AS (
    UPDATE ticket_reservations r
       SET customer_email = $4, customer_phone = $5, manage_token_hash = CASE WHEN $9::boolean THEN $7::bytea ELSE r.manage_token_hash END
      FROM party p WHERE r.org_id = p.org_id AND r.id = p.id
), of_tickets AS (
    UPDATE tickets t SET customer_email = $4, customer_phone = nullif($5, ''), version = t.version + 1
      FROM party p WHERE t.org_id = p.org_id AND t.id = p.ticket_id
), of_bookings AS (
    UPDATE bookings b SET email = $4, phone = nullif($5, ''), confirm_hash = CASE WHEN $9::boolean THEN $7::bytea ELSE b.confirm_hash END
      FROM party p WHERE b.org_id = p.org_id AND b.id = p.ticket_id
), of_guests AS (
    UPDATE guests g SET email = $4, version = g.version + 1 FROM party p WHERE g.org_id = p.org_id AND g.id = p.ticket_id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT p.org_id, m.kind, p.id, m.recipient, m.payload || jsonb_build_object('reservation_ids', (SELECT jsonb_agg(x.id ORDER BY x.id) FROM party x)),
           p.language, $8
      FROM (SELECT * FROM party ORDER BY id LIMIT 1) p
     CROSS JOIN LATERAL (VALUES ('reservation.contact_changed', p.customer_email, jsonb_build_object('address', $11::text)),
                                ($12::text, $4, jsonb_build_object('manage_token', $6::text, 'places', p.places, 'whole_day', p.whole_day))) m (kind, recipient, payload)
     WHERE CASE WHEN m.kind = 'reservation.contact_changed' THEN m.recipient <> '' ELSE $9 END
)
SELECT id FROM party;

-- name: resend_confirmation
-- Sends the confirmation of these reservations again with one more link (token $4, hash $5) to the address of the first. $6 is the kind of
-- e-mail. Returns the id of the message, or nothing if none of them stands (any more).
WITH party AS MATERIALIZED (
    SELECT r.org_id, r.id, r.manage_token_hash, r.customer_email, r.language, r.places, s.for_guests
      FROM ticket_reservations r JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
     WHERE r.org_id = $1 AND r.id = ANY ($2::bigint[]) AND r.holds_place AND r.customer_email <> ''
     ORDER BY r.id
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at)
    SELECT org_id, $5, manage_token_hash, $3 FROM party LIMIT 1
)
INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
SELECT org_id, $6, id, customer_email,
       jsonb_build_object('manage_token', $4::text, 'reservation_ids', (SELECT jsonb_agg(x.id ORDER BY x.id) FROM party x),
                          'places', places, 'whole_day', for_guests),
       language, $3
  FROM party LIMIT 1
RETURNING id;

-- name: parties_of_ticket
-- The party of a ticket's reservation, if it stands, is not over at $3 and has an address: one row, or none.
SELECT r.org_id, min(r.id) AS first_id, array_agg(r.id ORDER BY r.id) AS ids, min(r.slot_id) AS slot_id, min(t.channel) AS channel
  FROM (SELECT * FROM tickets t WHERE t.code = $2 AND t.org_id = $1 LIMIT 1) t
  JOIN ticket_reservations f ON f.org_id = t.org_id AND f.ticket_id = t.id AND f.holds_place
  JOIN ticket_reservations r ON r.manage_token_hash = f.manage_token_hash AND r.org_id = f.org_id AND r.holds_place
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
 WHERE r.customer_email <> '' AND s.ends_at > $3
 GROUP BY r.org_id, r.manage_token_hash;

-- name: parties_of_address
-- The parties of an address in lower case whose visits are not over at $2, in every organisation: $3 of them, the next visits first.
SELECT r.org_id, min(r.id) AS first_id, array_agg(r.id ORDER BY r.id) AS ids, min(r.slot_id) AS slot_id, min(t.channel) AS channel
  FROM ticket_reservations r
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
 WHERE lower(r.customer_email) = $1 AND r.holds_place AND s.ends_at > $2
 GROUP BY r.org_id, r.manage_token_hash
 ORDER BY min(s.starts_at)
 LIMIT $3;

-- name: mails_of_reservations
-- The messages about these reservations, newest first.
SELECT m.id, m.kind, m.channel, m.status, m.recipient, m.created_at, m.sent_at, m.last_error
  FROM mail_outbox m
 WHERE m.reservation_id = ANY ($2::bigint[]) AND m.org_id = $1
 ORDER BY m.id DESC
 LIMIT 100;
