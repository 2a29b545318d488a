-- Messages of the organiser to everybody of a slot or performance. A message is written first, then its e-mails are queued in batches:
-- each in one transaction that holds the message's row, so that several processes may go on with it.

-- name: message_slot
-- The slot or performance that a message is for.
SELECT s.id AS slot_id, s.venue_id, v.name AS venue, v.timezone, s.date, s.start_time, s.end_time, s.ends_at, s.for_guests AS whole_day,
       s.show_id, coalesce(w.title, '') AS title
  FROM reservation_slots s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE s.org_id = $1 AND s.id = $2;

-- name: preview
-- How many addresses a message to slot $2 reaches, by language, and how many people these come for. People whose party left no address
-- are `unreached`.
SELECT a.language, count(*) FILTER (WHERE a.address <> '') AS addresses, (sum(a.people) FILTER (WHERE a.address <> ''))::bigint AS people,
       coalesce(sum(a.people) FILTER (WHERE a.address = ''), 0)::bigint AS unreached
  FROM (SELECT lower(r.customer_email) AS address, min(r.language) AS language, sum(r.places) AS people
          FROM ticket_reservations r
         WHERE r.slot_id = $2 AND r.org_id = $1 AND r.status IN ('RESERVED', 'VERIFIED')
         GROUP BY 1) a
 GROUP BY 1
 ORDER BY 2 DESC, 1;

-- name: add_message
-- Writes a message, or nothing if this form was sent before.
INSERT INTO slot_messages (org_id, slot_id, key, message, staff_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT slot_messages_once DO NOTHING
RETURNING id;

-- name: message_of_key
SELECT id, message FROM slot_messages WHERE org_id = $1 AND slot_id = $2 AND key = $3;

-- name: lock_message
-- A message that is not finished, locked: nobody else queues its e-mails until the transaction ends.
SELECT id, slot_id, message FROM slot_messages WHERE org_id = $1 AND id = $2 AND finished_at IS NULL FOR NO KEY UPDATE;

-- name: next_recipients
-- The first reservation of at most $4 addresses of slot $2 that have not got message $3 yet.
SELECT DISTINCT ON (lower(r.customer_email)) r.id
  FROM ticket_reservations r
 WHERE r.slot_id = $2 AND r.org_id = $1 AND r.status IN ('RESERVED', 'VERIFIED') AND r.customer_email <> ''
   AND NOT EXISTS (SELECT 1 FROM slot_message_recipients p
                    WHERE p.org_id = r.org_id AND p.message_id = $3 AND p.address_hash = sha256(convert_to(lower(r.customer_email), 'UTF8')))
 ORDER BY lower(r.customer_email), r.id
 LIMIT $4;

-- name: queue_batch
-- Queues message $2 with the words $6 to these reservations ($3), each with one more link (its token of $4, the hash of $5). Whoever was
-- moved or cancelled meanwhile gets none. Returns how many were queued.
WITH asked AS (
    SELECT * FROM unnest($3::bigint[], $4::text[], $5::bytea[]) AS a (reservation_id, token, token_hash)
), going AS MATERIALIZED (
    SELECT r.org_id, r.id, r.manage_token_hash, r.customer_email, r.language, a.token, a.token_hash, t.channel,
           (SELECT jsonb_agg(x.id ORDER BY x.id) FROM ticket_reservations x
             WHERE x.manage_token_hash = r.manage_token_hash AND x.org_id = r.org_id AND x.slot_id = r.slot_id AND x.holds_place) AS ids,
           nextval(pg_get_serial_sequence('mail_outbox', 'id')) AS outbox_id
      FROM asked a
      JOIN slot_messages m ON m.org_id = $1 AND m.id = $2
      JOIN ticket_reservations r ON r.org_id = $1 AND r.id = a.reservation_id AND r.slot_id = m.slot_id AND r.status IN ('RESERVED', 'VERIFIED')
      JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at) SELECT org_id, token_hash, manage_token_hash, $7 FROM going
), queued AS (
    INSERT INTO mail_outbox (org_id, id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT org_id, outbox_id, CASE WHEN channel = 'booking' THEN 'booking.message' ELSE 'reservation.message' END, id, customer_email,
           jsonb_build_object('manage_token', token, 'message', $6::text, 'reservation_ids', ids), language, $7
      FROM going
), noted AS (
    INSERT INTO slot_message_recipients (org_id, message_id, address_hash, outbox_id)
    SELECT org_id, $2, sha256(convert_to(lower(customer_email), 'UTF8')), outbox_id FROM going
)
SELECT count(*) FROM going;

-- name: finish_message
UPDATE slot_messages SET finished_at = $3 WHERE org_id = $1 AND id = $2;

-- name: unfinished
-- Messages whose e-mails are not all queued yet.
SELECT org_id, id FROM slot_messages WHERE finished_at IS NULL ORDER BY id LIMIT 100;

-- name: progress
-- A message, and what has become of its e-mails.
SELECT m.id AS message_id, m.slot_id, m.message, m.staff_id, m.created_at, m.finished_at, count(p.*) AS queued,
       count(*) FILTER (WHERE o.status = 'SENT') AS sent, count(*) FILTER (WHERE o.status = 'DEAD') AS failed,
       count(*) FILTER (WHERE o.status = 'DROPPED') AS dropped
  FROM slot_messages m
  LEFT JOIN slot_message_recipients p ON p.org_id = m.org_id AND p.message_id = m.id
  LEFT JOIN mail_outbox o ON o.org_id = p.org_id AND o.id = p.outbox_id
 WHERE m.org_id = $1 AND m.id = $2
 GROUP BY m.org_id, m.id;

-- name: messages_of_slot
-- The newest $3 messages to a slot below id $4, with what has become of them.
SELECT m.id AS message_id, m.slot_id, m.message, m.staff_id, m.created_at, m.finished_at, count(p.*) AS queued,
       count(*) FILTER (WHERE o.status = 'SENT') AS sent, count(*) FILTER (WHERE o.status = 'DEAD') AS failed,
       count(*) FILTER (WHERE o.status = 'DROPPED') AS dropped
  FROM (SELECT * FROM slot_messages m WHERE m.org_id = $1 AND m.slot_id = $2 AND m.id < $4 ORDER BY m.id DESC LIMIT $3) m
  LEFT JOIN slot_message_recipients p ON p.org_id = m.org_id AND p.message_id = m.id
  LEFT JOIN mail_outbox o ON o.org_id = p.org_id AND o.id = p.outbox_id
 GROUP BY m.org_id, m.id, m.slot_id, m.message, m.staff_id, m.created_at, m.finished_at
 ORDER BY m.id DESC;
