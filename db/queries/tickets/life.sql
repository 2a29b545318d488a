-- The history of a ticket, and the search for tickets. Nothing here locks or writes.

-- name: ticket_by_id
SELECT t.id, t.code, t.status, t.channel, t.activation_mode, t.customer_name, t.customer_email, t.customer_phone,
       t.valid_until, t.created_at, t.activated_at, t.verified_at, t.cancelled_at, t.cancel_reason, t.cancelled_by,
       c.name AS cancelled_name, o.id AS order_id, o.reference, o.status AS order_status,
       o.paid_at, o.customer_email AS order_email, p.name AS product,
       p.venue_id AS product_venue_id
  FROM tickets t
  JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
  JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN staff c ON c.org_id = t.org_id AND c.id = t.cancelled_by
 WHERE t.org_id = $1 AND t.id = $2;

-- name: reservations_of
-- Every reservation of the ticket, oldest first. The active one and the cancelled ones are found by an index each.
SELECT r.id, r.status, r.slot_id, r.venue_id, r.reserved_at, r.moved_at, r.verified_at, r.cancelled_at, r.cancel_cause,
       r.calendar_sequence, r.manage_token_hash, s.date, s.start_time, s.end_time, s.expired_at, v.name AS venue_name,
       v.timezone
  FROM (SELECT * FROM ticket_reservations a WHERE a.ticket_id = $2 AND a.org_id = $1 AND a.holds_place
        UNION ALL
        SELECT * FROM ticket_reservations b WHERE b.ticket_id = $2 AND b.org_id = $1 AND NOT b.holds_place) r
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
  JOIN venues v ON v.org_id = r.org_id AND v.id = r.venue_id
 ORDER BY r.reserved_at, r.id;

-- name: mails_of
-- The messages for these parties (by the hashes of their tokens), oldest first. A party's message has its first reservation.
SELECT m.id, m.kind, m.channel, m.status, m.recipient, m.created_at, m.sent_at, m.attempts
  FROM (SELECT DISTINCT r.org_id, r.id FROM ticket_reservations r
         WHERE r.manage_token_hash = ANY ($2::bytea[]) AND r.org_id = $1) r
  JOIN mail_outbox m ON m.reservation_id = r.id AND m.org_id = r.org_id
 ORDER BY m.created_at, m.id;

-- name: scans_of
-- The newest scans of a code, whatever their result.
SELECT e.scan_id, e.mode, e.result, e.reason, e.gate, e.device, e.source, e.entered, e.undoes, e.note, e.scanned_at,
       e.logged_at, e.operator_id, o.name AS operator_name, v.name AS venue_name
  FROM scans e
  LEFT JOIN staff o ON o.org_id = e.org_id AND o.id = e.operator_id
  LEFT JOIN venues v ON v.org_id = e.org_id AND v.id = e.venue_id
 WHERE e.code = $2 AND e.org_id = $1
 ORDER BY e.logged_at DESC, e.mode DESC, e.scan_id DESC
 LIMIT $3;

-- name: conflicts_of
-- The conflicts of these scans, with the managers who decided them.
SELECT c.scan_id, c.kind, c.gate, c.logged_at, c.operator_id, o.name AS operator_name, c.decision, c.note, c.decided_by,
       c.decided_at, d.name AS decided_name, v.name AS venue_name
  FROM scan_conflicts c
  LEFT JOIN staff o ON o.org_id = c.org_id AND o.id = c.operator_id
  LEFT JOIN staff d ON d.org_id = c.org_id AND d.id = c.decided_by
  LEFT JOIN venues v ON v.org_id = c.org_id AND v.id = c.venue_id
 WHERE c.scan_id = ANY ($2::uuid[]) AND c.org_id = $1
 ORDER BY c.id;

-- name: disputes_of
-- The newest $3 disputes about this code, oldest first.
SELECT d.scan_id, d.gate, d.note, d.asked_at, d.operator_id, o.name AS operator_name, d.decision, d.decision_reason,
       d.decided_by, d.decided_at, b.name AS decided_name, v.name AS venue_name
  FROM (SELECT * FROM disputes d WHERE d.code = $2 AND d.org_id = $1 ORDER BY d.id DESC LIMIT $3) d
  LEFT JOIN staff o ON o.org_id = d.org_id AND o.id = d.operator_id
  LEFT JOIN staff b ON b.org_id = d.org_id AND b.id = d.decided_by
  LEFT JOIN venues v ON v.org_id = d.org_id AND v.id = d.venue_id
 ORDER BY d.id;

-- name: waits_of
-- The waiting list entries of the ticket, past and present.
SELECT e.id, e.status, e.joined_at, e.offered_at, e.offer_ends_at, e.ended_at, s.date, s.start_time, s.end_time
  FROM (SELECT * FROM waitlist_tickets a WHERE a.ticket_id = $2 AND a.org_id = $1 AND a.waits
        UNION ALL
        SELECT * FROM waitlist_tickets b WHERE b.ticket_id = $2 AND b.org_id = $1 AND NOT b.waits) w
  JOIN waitlist_entries e ON e.org_id = w.org_id AND e.id = w.entry_id
  JOIN reservation_slots s ON s.org_id = e.org_id AND s.id = e.slot_id
 ORDER BY e.joined_at, e.id;

-- name: find_tickets
-- At most $6 tickets that match a code, an order, an e-mail address (lower case), a phone number, or a name by the query $8, each by
-- its own index; those of imported tickets by the contact they came with. Unused criteria are NULL. Of a scope $7 that is not empty, only those that stand at one of its venues or at every one. With $9 bookings and guests too. An order
-- without a reference is found by its number $11. Names are MATERIALIZED, which stops at its limit too, but is planned without it: else the
-- planner expects to meet enough of any word soon, and reads all tickets for one that nobody has.
SELECT t.id, t.code, t.status, t.verified_at, t.customer_name, t.customer_email, t.customer_phone, o.reference, s.date,
       s.start_time, s.end_time, coalesce(s.venue_id, p.venue_id) AS venue_id
  FROM (SELECT id FROM (
            SELECT a.id FROM tickets a WHERE a.code = $2 AND a.org_id = $1
            UNION
            (SELECT b.id FROM orders x JOIN tickets b ON b.order_id = x.id AND b.org_id = x.org_id
              WHERE x.reference = $3 AND x.org_id = $1 LIMIT $6)
            UNION
            (SELECT b.id FROM orders x JOIN tickets b ON b.order_id = x.id AND b.org_id = x.org_id
              WHERE x.id = $11 AND x.reference IS NULL AND x.org_id = $1 LIMIT $6)
            UNION
            (SELECT c.id FROM orders x JOIN tickets c ON c.order_id = x.id AND c.org_id = x.org_id
              WHERE lower(x.customer_email) = $4 AND x.org_id = $1 LIMIT $6)
            UNION
            (SELECT r.ticket_id FROM ticket_reservations r WHERE lower(r.customer_email) = $4 AND r.org_id = $1 LIMIT $6)
            UNION
            (SELECT r.ticket_id FROM ticket_reservations r WHERE r.customer_phone = $5 AND r.org_id = $1 LIMIT $6)
            UNION
            (SELECT i.id FROM tickets i WHERE lower(i.imported_email) = $4 AND i.imported_email IS NOT NULL AND i.org_id = $1 LIMIT $6)
            UNION
            (SELECT i.id FROM tickets i WHERE i.imported_phone = $5 AND i.imported_phone IS NOT NULL AND i.org_id = $1 LIMIT $6)
            UNION
            (WITH named AS MATERIALIZED (
                SELECT n.id FROM tickets n WHERE to_tsvector('simple', folded_name(n.customer_name)) @@ to_tsquery('simple', $8::text)
                   AND n.customer_name IS NOT NULL AND ($9::boolean OR n.channel NOT IN ('booking', 'guest')) AND n.org_id = $1)
             SELECT id FROM named LIMIT $6)
            UNION
            (WITH named AS MATERIALIZED (
                SELECT x.id FROM orders x WHERE to_tsvector('simple', folded_name(x.customer_name)) @@ to_tsquery('simple', $8::text)
                   AND x.customer_name IS NOT NULL AND x.org_id = $1)
             SELECT m.id FROM (SELECT id FROM named LIMIT $6) x
              CROSS JOIN LATERAL (SELECT m.id FROM tickets m WHERE m.order_id = x.id AND m.org_id = $1 LIMIT $6) m LIMIT $6)
            UNION
            (SELECT n.id FROM tickets n WHERE to_tsvector('simple', parted_name(n.customer_name)) @@ to_tsquery('simple', $10::text)
                AND n.customer_name ~ '[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]'
                AND ($9::boolean OR n.channel NOT IN ('booking', 'guest')) AND n.org_id = $1 LIMIT $6)
            UNION
            (SELECT m.id FROM (SELECT x.id FROM orders x
                                WHERE to_tsvector('simple', parted_name(x.customer_name)) @@ to_tsquery('simple', $10::text)
                                  AND x.customer_name ~ '[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]' AND x.org_id = $1 LIMIT $6) x
              CROSS JOIN LATERAL (SELECT m.id FROM tickets m WHERE m.order_id = x.id AND m.org_id = $1 LIMIT $6) m LIMIT $6)
        ) found LIMIT $6) f
  JOIN tickets t ON t.org_id = $1 AND t.id = f.id
  LEFT JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
  LEFT JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
  LEFT JOIN LATERAL (SELECT s.date, s.start_time, s.end_time, r.venue_id FROM ticket_reservations r
                       JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
                      WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place LIMIT 1) s ON true
 WHERE ($9 OR o.id IS NOT NULL)
   AND ($7::bigint[] = '{}' OR coalesce(s.venue_id, p.venue_id, ($7::bigint[])[1]) = ANY ($7::bigint[]))
 ORDER BY s.date DESC NULLS LAST, s.start_time, t.code;

-- name: slots_to_search
-- The slots of venue $2 on $3 in order of time, with how many have booked.
SELECT s.id, s.booked_count, s.starts_at, s.ends_at FROM reservation_slots s
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date = $3
 ORDER BY s.start_time, s.id;

-- name: find_by_part
-- At most $6 tickets that are reserved in these slots ($2), and whose code has $3 in it, in upper case and without dashes, or whose name
-- or buyer's name has $4, folded and without joiners, or whose visitor's phone number ends with $5. Criteria that are NULL find nothing.
-- With $7 other than 1, only part $8 of so many parts of the tickets: by a hash, because the numbers of a slot's tickets may have a step.
SELECT t.id, t.code, t.status, t.verified_at, t.customer_name, t.customer_email, t.customer_phone, o.reference, s.date, s.start_time,
       s.end_time, s.venue_id
  FROM reservation_slots s
  JOIN ticket_reservations r ON r.org_id = s.org_id AND r.slot_id = s.id AND r.holds_place
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  LEFT JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[]) AND ($7::bigint = 1 OR abs(hashint8(r.ticket_id)::bigint) % $7 = $8::bigint)
   AND (strpos(replace(upper(t.code), '-', ''), $3) > 0
        OR strpos(translate(folded_name(t.customer_name), U&'\00AD\200C\200D', ''), $4) > 0
        OR strpos(translate(folded_name(o.customer_name), U&'\00AD\200C\200D', ''), $4) > 0
        OR right(r.customer_phone, length($5)) = $5)
 ORDER BY s.start_time, t.code
 LIMIT $6;

-- name: find_near
-- At most $4 tickets that are reserved in these slots ($2), and whose name or buyer's name matches the query $3. With $5 other than 1,
-- only part $6 of so many parts of the tickets. In no order: of a name that many have it reads no further than to the last of them.
SELECT t.id, t.code, t.status, t.verified_at, t.customer_name, t.customer_email, t.customer_phone, o.reference, s.date, s.start_time,
       s.end_time, s.venue_id
  FROM reservation_slots s
  JOIN ticket_reservations r ON r.org_id = s.org_id AND r.slot_id = s.id AND r.holds_place
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  LEFT JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[]) AND ($5::bigint = 1 OR abs(hashint8(r.ticket_id)::bigint) % $5 = $6::bigint)
   AND (to_tsvector('simple', folded_name(t.customer_name)) @@ to_tsquery('simple', $3::text)
        OR to_tsvector('simple', folded_name(o.customer_name)) @@ to_tsquery('simple', $3::text))
 LIMIT $4;
