-- Personal data: which rows hold a person's, or belong to visits that are over for long enough. What is erased in them is made from
-- hub/rules/personal_data.py. A column of these rows has the name of its table, and the keys of the rows. Nothing here writes.

-- name: rows_of_person
-- The rows of a person with the e-mail address $2 (lower case) or the phone number $3; $4 are the hashes of contact codes sent to them.
-- It may read whole tables: it is asked for rarely.
WITH reserved AS MATERIALIZED (
    SELECT r.id, r.ticket_id FROM ticket_reservations r WHERE (lower(r.customer_email) = $2::text OR r.customer_phone = $3::text) AND r.org_id = $1
), booked AS MATERIALIZED (
    SELECT b.id FROM bookings b WHERE b.org_id = $1 AND (lower(b.email) = $2 OR b.phone = $3)
), invited AS MATERIALIZED (
    SELECT g.id FROM guests g WHERE g.org_id = $1 AND lower(g.email) = $2
), ordered AS MATERIALIZED (
    SELECT o.id FROM orders o WHERE o.org_id = $1 AND lower(o.customer_email) = $2
), held AS MATERIALIZED (
    SELECT t.id, t.code FROM tickets t
     WHERE t.org_id = $1
       AND (lower(t.customer_email) = $2 OR t.customer_phone = $3 OR lower(t.imported_email) = $2 OR t.imported_phone = $3 OR t.id IN (SELECT id FROM booked) OR t.id IN (SELECT id FROM invited)
            OR (t.customer_email IS NULL AND (t.order_id IN (SELECT id FROM ordered) OR t.id IN (SELECT ticket_id FROM reserved))))
), visited AS MATERIALIZED (
    SELECT id, code FROM held
    UNION SELECT t.id, t.code FROM tickets t WHERE t.org_id = $1 AND t.id IN (SELECT ticket_id FROM reserved)
), waiting AS MATERIALIZED (
    SELECT e.id FROM waitlist_entries e WHERE e.org_id = $1 AND (lower(e.customer_email) = $2 OR e.customer_phone = $3)
)
SELECT array(SELECT id FROM held ORDER BY id) AS tickets,
       array(SELECT id FROM booked) AS bookings,
       array(SELECT id FROM invited) AS guests,
       array(SELECT id FROM waiting) AS waitlist_entries,
       array(SELECT id FROM reserved) AS ticket_reservations,
       array(SELECT id FROM ordered) AS orders,
       array(SELECT m.id FROM mail_outbox m
              WHERE m.org_id = $1 AND (lower(m.recipient) = $2 OR m.recipient = $3 OR m.reservation_id IN (SELECT id FROM reserved)
                                       OR (m.kind LIKE 'booking.%' AND (m.payload ->> 'booking_id')::bigint IN (SELECT id FROM booked))
                                       OR (m.kind LIKE 'waitlist.%' AND (m.payload ->> 'entry_id')::bigint IN (SELECT id FROM waiting)))
            ) AS mail_outbox,
       array(SELECT k.key_hash FROM idempotency_keys k WHERE k.org_id = $1 AND k.reservation_id IN (SELECT id FROM reserved)) AS idempotency_keys,
       array(SELECT c.id FROM contact_codes c WHERE c.org_id = $1 AND c.address_hash = ANY ($4::bytea[])) AS contact_codes,
       array(SELECT p.outbox_id FROM slot_message_recipients p
              WHERE p.org_id = $1 AND p.address_hash = sha256(convert_to($2, 'UTF8'))) AS slot_message_recipients,
       array(SELECT n.id FROM notices n
              WHERE n.org_id = $1 AND EXISTS (SELECT 1 FROM visited v WHERE position(v.code IN n.data::text) > 0)) AS notices,
       array(SELECT e.scan_id FROM visited v JOIN scans e ON e.code = v.code AND e.org_id = $1) AS scans,
       array(SELECT c.id FROM scan_conflicts c WHERE c.org_id = $1 AND c.code IN (SELECT code FROM visited)) AS scan_conflicts,
       array(SELECT d.id FROM visited v JOIN disputes d ON d.code = v.code AND d.org_id = $1) AS disputes;

-- name: visits_to_come
-- What of these rows is still to come at $6: reservations ($2), requests for seats ($3), and waiting list entries ($4) with their slots.
-- The reservations are those of the person's address; $5 is the number that a page shows.
SELECT x.kind, x.id, x.slot_id, s.date, s.start_time, s.end_time, v.name AS venue, coalesce(w.title, '') AS title
  FROM (SELECT 'reservation' AS kind, r.id, r.slot_id FROM ticket_reservations r
         WHERE r.org_id = $1 AND r.id = ANY ($2::bigint[]) AND r.status = 'RESERVED'
        UNION ALL
        SELECT 'request', b.id, b.slot_id FROM bookings b
         WHERE b.org_id = $1 AND b.id = ANY ($3::bigint[]) AND b.status = 'PENDING' AND b.expires_at > $6
        UNION ALL
        SELECT 'waiting', e.id, e.slot_id FROM waitlist_entries e
         WHERE e.org_id = $1 AND e.id = ANY ($4::bigint[]) AND e.status IN ('WAITING', 'OFFERED')) x
  JOIN reservation_slots s ON s.org_id = $1 AND s.id = x.slot_id
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE s.ends_at > $6
 ORDER BY s.starts_at, x.id
 LIMIT $5;

-- name: retentions
-- Every organisation that keeps personal data for a number of days.
SELECT id AS org_id, retention_days FROM organisations WHERE retention_days IS NOT NULL ORDER BY id;

-- name: read_retention
SELECT retention_days FROM organisations WHERE id = $1;

-- name: set_retention
UPDATE organisations SET retention_days = $2 WHERE id = $1;

-- name: count_due
-- How many people have visits that were over at $2 and are not erased.
SELECT coalesce(sum(s.booked_count), 0)::bigint FROM reservation_slots s WHERE s.org_id = $1 AND s.ends_at < $2 AND s.contacts_erased_at IS NULL;

-- name: slots_to_erase
-- At most $3 slots that were over at $2, the oldest first.
SELECT s.id FROM reservation_slots s WHERE s.org_id = $1 AND s.ends_at < $2 AND s.contacts_erased_at IS NULL ORDER BY s.ends_at LIMIT $3;

-- name: rows_of_slot
-- The rows of the visits to slot $2, without their messages. A ticket that was booked again for another time keeps its contact until then.
WITH reserved AS MATERIALIZED (
    SELECT r.id, r.ticket_id, r.holds_place FROM ticket_reservations r WHERE r.slot_id = $2 AND r.org_id = $1
), booked AS MATERIALIZED (
    SELECT b.id FROM bookings b WHERE b.slot_id = $2 AND b.org_id = $1
), invited AS MATERIALIZED (
    SELECT g.id FROM guests g WHERE g.slot_id = $2 AND g.org_id = $1
)
SELECT array(SELECT ticket_id FROM reserved WHERE holds_place UNION SELECT id FROM booked UNION SELECT id FROM invited ORDER BY 1) AS tickets,
       array(SELECT id FROM booked) AS bookings,
       array(SELECT id FROM invited) AS guests,
       array(SELECT e.id FROM waitlist_entries e WHERE e.slot_id = $2 AND e.org_id = $1) AS waitlist_entries,
       array(SELECT id FROM reserved) AS ticket_reservations,
       array(SELECT k.key_hash FROM idempotency_keys k WHERE k.slot_id = $2 AND k.org_id = $1) AS idempotency_keys,
       array(SELECT p.outbox_id FROM slot_messages m JOIN slot_message_recipients p ON p.org_id = m.org_id AND p.message_id = m.id
              WHERE m.org_id = $1 AND m.slot_id = $2) AS slot_message_recipients;

-- name: mails_of_visits
-- The messages about these reservations ($2).
SELECT m.id FROM mail_outbox m WHERE m.reservation_id = ANY ($2::bigint[]) AND m.org_id = $1;

-- name: slot_erased
UPDATE reservation_slots SET contacts_erased_at = $3 WHERE org_id = $1 AND id = $2;

-- name: orders_to_erase
-- At most $4 orders above id $3 that were made before $2, have contact data, and of whose tickets none can still be used or was used since $2.
SELECT o.id
  FROM orders o
 WHERE o.org_id = $1 AND o.id > $3 AND o.created_at < $2 AND (o.customer_email IS NOT NULL OR o.customer_name IS NOT NULL)
   AND NOT EXISTS (SELECT 1
                     FROM tickets t
                     LEFT JOIN ticket_reservations r ON r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place
                     LEFT JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
                    WHERE t.order_id = o.id AND t.org_id = o.org_id
                      AND (s.ends_at >= $2 OR t.verified_at >= $2
                           OR (r.id IS NULL AND t.status IN ('PENDING_PAYMENT', 'INACTIVE', 'ACTIVATED', 'RESERVED'))))
 ORDER BY o.id
 LIMIT $4;

-- name: tickets_of_orders
SELECT t.id FROM tickets t WHERE t.order_id = ANY ($2::bigint[]) AND t.org_id = $1 ORDER BY t.id;

-- name: mails_to_erase
-- At most $3 messages without a reservation that are settled and were made before $2.
SELECT m.id FROM mail_outbox m
 WHERE m.created_at < $2 AND m.org_id = $1 AND m.reservation_id IS NULL AND m.recipient <> '' AND m.status <> 'PENDING'
 ORDER BY m.created_at LIMIT $3;

-- name: notes_to_erase
-- At most $3 notes of each kind that were written before $2.
SELECT array(SELECT e.scan_id FROM scans e WHERE e.note IS NOT NULL AND e.logged_at < $2 AND e.org_id = $1 LIMIT $3) AS scans,
       array(SELECT c.id FROM scan_conflicts c WHERE c.note IS NOT NULL AND c.logged_at < $2 AND c.org_id = $1 LIMIT $3) AS scan_conflicts,
       array(SELECT d.id FROM disputes d WHERE (d.note IS NOT NULL OR d.decision_reason IS NOT NULL) AND d.scanned_at < $2 AND d.org_id = $1
              LIMIT $3) AS disputes;
