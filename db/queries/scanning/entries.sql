-- Entry scans: their facts and their writes. Locks: tickets by id, reservations, slots by id last.
-- Reads look up one row at a time (LATERAL ... LIMIT 1), so that no plan scans a whole table. `(... = ...) IS TRUE` keeps an organisation out of
-- a look-up: statistics from the middle of a bulk load say that a table is empty, and then all tickets of the organisation would be read.

-- name: read_entry_scans
-- One row per scan in $1, in order. Takes no lock, because `write_entry_scans` checks the version again.
-- The first columns are the fields of TicketFacts and ReservationFacts, in their order (hub/actions/scanning/scan_facts.py).
SELECT t.id, t.code, t.status, t.channel, t.customer_name, t.customer_email, t.customer_phone, t.valid_until,
       p.venue_id AS product_venue_id,
       r.id AS reservation_id, r.slot_id, s.venue_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       s.booked_count, s.total_capacity, s.check_in_opens_minutes, s.check_in_closes_minutes, r.places, r.admitted,
       r.booked_together,
       t.version, t.product_id, t.verified_at, t.verified_by, t.verified_gate, o.name AS operator_name,
       e.scan_id IS NOT NULL AS was_answered
  FROM unnest($1::text::presented_scan[]) WITH ORDINALITY AS a (org_id, code, scan_id, mode, n)
  LEFT JOIN LATERAL (SELECT t.org_id, t.id, t.code, t.status, t.channel, t.customer_name, t.customer_email, t.customer_phone,
                            t.valid_until, t.product_id, t.version, t.verified_by, t.verified_at, t.verified_gate
                       FROM tickets t WHERE t.code = a.code AND (t.org_id = a.org_id) IS TRUE LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT o.name FROM staff o WHERE o.org_id = t.org_id AND o.id = t.verified_by LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT r.org_id, r.id, r.slot_id, r.places, r.admitted, r.booked_together FROM ticket_reservations r
                      WHERE r.ticket_id = t.id AND (r.org_id = t.org_id) IS TRUE AND r.holds_place LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT s.venue_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at, s.booked_count, s.total_capacity,
                            s.check_in_opens_minutes, s.check_in_closes_minutes
                       FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT p.venue_id FROM products p
                      WHERE r.id IS NULL AND p.org_id = t.org_id AND p.id = t.product_id LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT e.scan_id FROM scans e
                      WHERE e.org_id = a.org_id AND e.scan_id = a.scan_id AND e.mode = a.mode LIMIT 1) e ON true
 ORDER BY a.n;

-- name: read_first_answers
-- What the log has of each scan in $1 (organisations), $2 (scan ids) and $3 (modes), in order, and who undid it. Each must be logged.
SELECT e.code, e.ticket_id, e.result, e.reason, e.entered, e.people, e.admitted, e.answer, e.operator_id, e.gate, e.logged_at,
       CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS moment, o.name AS operator_name,
       u.logged_at AS undone_at, u.operator_id AS undone_by, w.name AS undone_name
  FROM unnest($1::bigint[], $2::uuid[], $3::text[]) WITH ORDINALITY AS a (org_id, scan_id, mode, n)
 CROSS JOIN LATERAL (SELECT * FROM scans e
                      WHERE e.org_id = a.org_id AND e.scan_id = a.scan_id AND e.mode = a.mode LIMIT 1) e
  LEFT JOIN LATERAL (SELECT u.org_id, u.logged_at, u.operator_id FROM scans u
                      WHERE u.undoes = e.scan_id AND u.org_id = e.org_id
                        AND u.reason = CASE WHEN e.entered THEN 'UNDONE' WHEN e.reason = 'EXIT_RECORDED' THEN 'EXIT_UNDONE'
                                            WHEN e.reason = 'RE_ENTRY' THEN 'RETURN_UNDONE' END LIMIT 1) u ON true
  LEFT JOIN LATERAL (SELECT o.name FROM staff o WHERE o.org_id = e.org_id AND o.id = e.operator_id LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT w.name FROM staff w WHERE w.org_id = u.org_id AND w.id = u.operator_id LIMIT 1) w ON true
 ORDER BY a.n;

-- name: write_entry_scans
-- Logs every scan and records the entries, all or none. Returns all counts of every changed slot. An entry whose ticket has
-- changed since it was read is neither recorded nor logged: its number `n` is in `raced`, to be read and decided again. A scan_id
-- that another process has just logged violates the primary key: nothing is written, and the scans are decided again one by
-- one. A synced scan counts at its own time, every other at $2. Of a party that comes in parts, the ticket keeps the earliest entry.
-- $3 has the answer to each scan, as a repeat gets it. An entry with a reservation and no slot counts for the day and venue where they
-- came in, as one without a reservation does. `day` is the business day, NULL for the date of the moment at the venue. A ticket that
-- may not enter keeps its status.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::text::judged_scan[], $3::text[]) WITH ORDINALITY
        AS a (org_id, scan_id, venue_id, operator_id, mode, source, gate, device, code, ticket_id, reservation_id,
              slot_id, result, reason, enters, version, scanned_at, people, admitted, note, day, answer, n)
), marked AS (
    UPDATE tickets t
       SET status = CASE WHEN t.channel = 'ota' OR t.status IN ('CANCELLED', 'PENDING_PAYMENT', 'INACTIVE') THEN t.status
                         ELSE 'VERIFIED' END,
           verified_at = least(t.verified_at, CASE WHEN a.source = 'sync' THEN a.scanned_at ELSE $2 END),
           verified_by = CASE WHEN t.verified_at <= CASE WHEN a.source = 'sync' THEN a.scanned_at ELSE $2 END
                              THEN t.verified_by ELSE a.operator_id END,
           verified_gate = CASE WHEN t.verified_at <= CASE WHEN a.source = 'sync' THEN a.scanned_at ELSE $2 END
                                THEN t.verified_gate ELSE a.gate END,
           version = t.version + 1
      FROM asked a
     WHERE a.enters AND t.org_id = a.org_id AND t.id = a.ticket_id AND t.version = a.version
    RETURNING a.n, a.org_id, a.venue_id, a.reservation_id, a.slot_id, a.people, a.day, t.verified_at,
              CASE WHEN a.source = 'sync' THEN a.scanned_at ELSE $2 END AS entered_at
), entered AS (
    UPDATE ticket_reservations r
       SET status = 'VERIFIED', admitted = r.admitted + m.people, verified_at = m.verified_at
      FROM marked m
     WHERE r.org_id = m.org_id AND r.id = m.reservation_id
    RETURNING r.org_id, r.slot_id, m.people, CASE WHEN m.slot_id IS NULL THEN m.people ELSE 0 END AS apart
), raced AS MATERIALIZED (
    -- By number: comparing UUIDs here took a tenth of the whole statement.
    SELECT a.n FROM asked a WHERE a.enters AND a.n NOT IN (SELECT m.n FROM marked m)
), logged AS (
    INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, device, code, ticket_id,
                       reservation_id, slot_id, result, reason, entered, people, admitted, note, answer, day, scanned_at, logged_at)
    SELECT a.org_id, a.scan_id, a.venue_id, a.operator_id, a.mode, a.source, a.gate, a.device, a.code, a.ticket_id,
           a.reservation_id, a.slot_id, a.result, a.reason, a.enters, a.people, a.admitted, a.note, a.answer, a.day,
           coalesce(a.scanned_at, $2), $2
      FROM asked a
     WHERE NOT EXISTS (SELECT 1 FROM raced x WHERE x.n = a.n)
    RETURNING 1
), walked AS (
    INSERT INTO walk_ins AS w (org_id, venue_id, date, entered)
    SELECT m.org_id, m.venue_id, coalesce(m.day, (m.entered_at AT TIME ZONE v.timezone)::date), sum(m.people)
      FROM marked m
      JOIN venues v ON v.org_id = m.org_id AND v.id = m.venue_id
     WHERE m.slot_id IS NULL
     GROUP BY 1, 2, 3
     ORDER BY 1, 2, 3
    ON CONFLICT (org_id, venue_id, date) DO UPDATE SET entered = w.entered + EXCLUDED.entered, revision = w.revision + 1
    RETURNING w.org_id, w.venue_id, w.date, w.entered, w.revision
), slots AS MATERIALIZED (
    -- The slots are locked last: the log is written before them.
    SELECT array_agg(e.org_id ORDER BY e.slot_id) AS orgs, array_agg(e.slot_id ORDER BY e.slot_id) AS ids,
           array_agg(e.entries ORDER BY e.slot_id) AS entries, array_agg(e.apart ORDER BY e.slot_id) AS apart
      FROM (SELECT org_id, slot_id, sum(people - apart)::integer AS entries, sum(apart)::integer AS apart FROM entered GROUP BY 1, 2) e
     WHERE (SELECT count(*) FROM logged) > 0
), counted AS MATERIALIZED (
    SELECT c.*
      FROM slots n
     CROSS JOIN LATERAL count_entries(n.orgs, n.ids, n.entries, n.apart) c
     WHERE n.ids IS NOT NULL
)
SELECT 'slot' AS kind, c.org_id, c.venue_id, c.date, c.id, c.start_time, c.end_time, c.total_capacity, c.booked_count,
       c.verified_count, c.held_count, c.revision, NULL::bigint AS raced
  FROM counted c
UNION ALL
SELECT 'walk_ins', w.org_id, w.venue_id, w.date, NULL, NULL, NULL, NULL, w.entered, NULL, NULL, w.revision, NULL FROM walked w
UNION ALL
SELECT 'raced', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, x.n FROM raced x;

-- name: read_code
-- The code of a ticket of this organisation, or nothing.
SELECT code FROM tickets WHERE org_id = $1 AND id = $2;

-- name: read_channel
-- The channel of the ticket with this code, or nothing.
SELECT channel FROM tickets WHERE org_id = $1 AND code = $2;

-- name: read_scan
-- One scan with its ticket's current state, how many people of the ticket are inside, and the slot from which it was moved for this scan. Takes no lock, because the undo
-- checks the version.
SELECT e.scan_id, e.venue_id, e.operator_id, e.code, e.ticket_id, e.reservation_id, e.slot_id, e.gate, e.entered, e.people,
       e.reason, e.logged_at, e.day, CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS moment,
       t.version, t.verified_at, u.scan_id AS undone_by, r.places, r.booked_together,
       coalesce(r.admitted, 1) AS admitted, b.out,
       CASE WHEN r.gate_scan_id = e.scan_id THEN r.gate_from_slot_id END AS moved_from
  FROM scans e
  LEFT JOIN tickets t ON t.org_id = e.org_id AND t.id = e.ticket_id
  LEFT JOIN scans u ON u.org_id = e.org_id AND u.undoes = e.scan_id
  LEFT JOIN ticket_reservations r ON r.org_id = e.org_id AND r.id = e.reservation_id
 CROSS JOIN LATERAL (SELECT count(*) AS out FROM ticket_absences b
                      WHERE b.ticket_id = e.ticket_id AND b.org_id = e.org_id AND b.returned_at IS NULL) b
 WHERE e.org_id = $1 AND e.scan_id = $2 AND e.mode <> 'undo'
 ORDER BY e.entered DESC, e.reason IN ('EXIT_RECORDED', 'RE_ENTRY') DESC
 LIMIT 1;

-- name: undo_scan
-- Undoes one entry of $15 people: counts lower by them, and a new row in the log. If nobody of the ticket is in any more, ticket
-- and reservation go to RESERVED (ACTIVATED without a reservation); else the ticket keeps its earliest entry that still stands.
-- Returns nothing if the ticket has changed since it was read, or the scan was undone before.
-- An expired slot is marked to expire again, so that a reservation undone after its end expires too. The reservation of a cancelled
-- ticket ends when nobody is in any more, and its places are free or held for the waiting list; so does one that was made for this entry,
-- unless $17: the entry is recorded again. $14 is the business day of the entry; the row of the log has $16.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id, t.code, NOT $17::boolean AND coalesce((SELECT r.gate_scan_id = $2 AND r.gate_from_slot_id IS NULL FROM ticket_reservations r
                                                                     WHERE r.org_id = t.org_id AND r.id = $5), false) AS with_place
      FROM tickets t
     WHERE t.org_id = $1 AND t.id = $3 AND t.version = $4
       FOR NO KEY UPDATE OF t
), rest AS MATERIALIZED (
    -- Who is still in: none for a ticket that admits one.
    SELECT r.admitted - $15::integer AS admitted, i.entered_at, i.operator_id, i.gate
      FROM standing d
      JOIN ticket_reservations r ON r.org_id = d.org_id AND r.id = $5 AND r.admitted > $15
      LEFT JOIN LATERAL (
            SELECT CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS entered_at, e.operator_id, e.gate
              FROM scans e
             WHERE e.code = d.code AND e.org_id = d.org_id AND e.entered AND e.scan_id <> $2
               AND NOT EXISTS (SELECT 1 FROM scans u WHERE u.undoes = e.scan_id AND u.org_id = e.org_id)
             ORDER BY entered_at LIMIT 1) i ON true
), freed AS (
    UPDATE tickets t
       SET status = CASE WHEN EXISTS (SELECT 1 FROM rest) OR t.status NOT IN ('VERIFIED', 'ACTIVATED') THEN t.status
                         WHEN t.channel = 'ota' OR $5::bigint IS NULL OR d.with_place THEN 'ACTIVATED' ELSE 'RESERVED' END,
           reserved_at = CASE WHEN d.with_place THEN NULL ELSE t.reserved_at END,
           verified_at = (SELECT coalesce(e.entered_at, t.verified_at) FROM rest e),
           verified_by = (SELECT CASE WHEN e.entered_at IS NULL THEN t.verified_by ELSE e.operator_id END FROM rest e),
           verified_gate = (SELECT CASE WHEN e.entered_at IS NULL THEN t.verified_gate ELSE e.gate END FROM rest e),
           version = t.version + 1
      FROM standing d
     WHERE t.org_id = d.org_id AND t.id = d.id
    RETURNING t.org_id, t.id, t.code, t.status, t.verified_at, t.status = 'CANCELLED' OR d.with_place AS ends
), back AS (
    UPDATE ticket_reservations r
       SET status = CASE WHEN r.admitted > $15 THEN 'VERIFIED' WHEN f.ends THEN 'CANCELLED' ELSE 'RESERVED' END,
           admitted = r.admitted - $15, verified_at = f.verified_at,
           cancelled_at = CASE WHEN r.admitted <= $15 AND f.ends THEN $13 ELSE r.cancelled_at END,
           cancel_cause = CASE WHEN r.admitted <= $15 AND f.ends THEN 'staff' ELSE r.cancel_cause END
      FROM freed f
     WHERE r.org_id = f.org_id AND r.id = $5
    RETURNING r.org_id, r.slot_id, r.places, r.admitted,
              CASE WHEN r.status = 'CANCELLED' THEN r.places ELSE 0 END AS given_back
), logged AS (
    INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, code, ticket_id, reservation_id,
                       slot_id, result, reason, undoes, note, people, admitted, day, scanned_at, logged_at)
    SELECT f.org_id, $6, $7, $8, 'undo', $9, $10, f.code, f.id, $5, $11, 'YELLOW', 'UNDONE', $2, $12, $15,
           CASE WHEN b.places > 1 THEN b.admitted END, $16, $13, $13
      FROM freed f LEFT JOIN back b ON true
), walked AS (
    UPDATE walk_ins w
       SET entered = w.entered - $15, revision = w.revision + 1
      FROM freed f
     WHERE $11::bigint IS NULL AND w.org_id = f.org_id AND w.venue_id = $7 AND w.date = $14
    RETURNING w.org_id, w.venue_id, w.date, w.entered, w.revision
), counted AS (
    UPDATE reservation_slots s
       SET verified_count = s.verified_count - CASE WHEN $11 IS NULL THEN 0 ELSE $15 END,
           entered_apart = s.entered_apart - CASE WHEN $11 IS NULL THEN $15 ELSE 0 END,
           booked_count = s.booked_count - b.given_back,
           held_count = s.held_count + CASE WHEN s.has_waitlist AND s.ends_at > $13 THEN b.given_back ELSE 0 END,
           revision = s.revision + 1, expired_at = NULL
      FROM back b
     WHERE s.org_id = b.org_id AND s.id = b.slot_id
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
              s.verified_count, s.held_count, s.revision
)
SELECT f.code, f.status, b.admitted, b.given_back, c.org_id, c.venue_id, c.date, c.id, c.start_time, c.end_time, c.total_capacity, c.booked_count,
       c.verified_count, c.held_count, c.revision, w.date AS walked_date, w.entered AS walked_entered, w.revision AS walked_revision
  FROM freed f LEFT JOIN back b ON true LEFT JOIN counted c ON true LEFT JOIN walked w ON true;

-- name: lock_swap
-- Locks what the undo of an entry changes that moved its reservation from slot $6 to slot $5, in the one order: ticket, reservation, slots.
-- Returns the times of slot $5; nothing if the ticket has changed since it was read.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id FROM tickets t WHERE t.org_id = $1 AND t.id = $2 AND t.version = $3 FOR NO KEY UPDATE OF t
), reservation AS MATERIALIZED (
    SELECT r.org_id FROM standing d JOIN ticket_reservations r ON r.org_id = d.org_id AND r.ticket_id = d.id AND r.id = $4
       FOR NO KEY UPDATE OF r
), held AS MATERIALIZED (
    SELECT s.id, s.date, s.start_time, s.end_time
      FROM reservation r JOIN reservation_slots s ON s.org_id = r.org_id AND s.id IN ($5, $6)
     ORDER BY s.id
       FOR NO KEY UPDATE OF s
)
SELECT date, start_time, end_time FROM held WHERE id = $5;

-- name: party_counts
-- One row per reservation in $1, $2, in order: how many people its party has in the same slot, how many of them are in, and the
-- codes of all.
SELECT f.size, f.admitted, f.codes
  FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS a (org_id, reservation_id, n)
  LEFT JOIN LATERAL (
        SELECT sum(f.places) AS size, sum(f.admitted) AS admitted, array_agg(t.code) AS codes
          FROM ticket_reservations r
          JOIN ticket_reservations f ON f.manage_token_hash = r.manage_token_hash AND f.org_id = r.org_id
                                    AND f.slot_id = r.slot_id AND f.holds_place
          JOIN tickets t ON t.org_id = f.org_id AND t.id = f.ticket_id AND t.status <> 'CANCELLED'
         WHERE r.org_id = a.org_id AND r.id = a.reservation_id) f ON true
 ORDER BY a.n;

-- name: lock_party
-- The tickets of the party of reservation $2 in the same slot, locked in the order of their ids.
SELECT t.id, t.code
  FROM ticket_reservations r
  JOIN ticket_reservations f ON f.manage_token_hash = r.manage_token_hash AND f.org_id = r.org_id AND f.slot_id = r.slot_id
                            AND f.holds_place
  JOIN tickets t ON t.org_id = f.org_id AND t.id = f.ticket_id AND t.status <> 'CANCELLED'
 WHERE r.org_id = $1 AND r.id = $2
 ORDER BY t.id
   FOR NO KEY UPDATE OF t;

-- name: party_scans
-- The entry scans with these ids, and what has become of them.
SELECT e.scan_id, e.entered, u.scan_id AS undone_by
  FROM scans e
  LEFT JOIN scans u ON u.org_id = e.org_id AND u.undoes = e.scan_id
 WHERE e.org_id = $1 AND e.scan_id = ANY ($2::uuid[]) AND e.mode = 'verify';

-- name: codes_of_links
-- The code of the booking that each link in $2 confirms or opens, in order; NULL where there is none. `$2` are hashes.
SELECT t.code
  FROM unnest($1::bigint[], $2::bytea[]) WITH ORDINALITY AS a (org_id, link_hash, n)
  LEFT JOIN LATERAL (SELECT c.org_id, c.id FROM bookings c WHERE c.confirm_hash = a.link_hash AND c.org_id = a.org_id
                     UNION ALL
                     SELECT c.org_id, c.id
                       FROM ticket_reservations q
                       JOIN bookings c ON c.org_id = q.org_id AND c.id = q.ticket_id
                      WHERE q.org_id = a.org_id
                        AND q.manage_token_hash = coalesce((SELECT l.stands_for FROM manage_links l
                                                             WHERE l.token_hash = a.link_hash LIMIT 1), a.link_hash)
                      LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT t.code FROM tickets t WHERE t.org_id = b.org_id AND t.id = b.id LIMIT 1) t ON true
 ORDER BY a.n;

-- name: own_history
-- The scans of one operator before a timestamp and an id, newest first.
SELECT e.scan_id, e.mode, e.code, e.ticket_id, e.gate, e.result, e.reason, e.entered, e.undoes, e.note, e.people,
       e.admitted, e.scanned_at, e.logged_at, u.scan_id AS undone_by
  FROM scans e
  LEFT JOIN scans u ON e.mode <> 'validate' AND u.org_id = e.org_id AND u.undoes = e.scan_id
 WHERE e.org_id = $1 AND e.operator_id = $2
   AND ($3::timestamptz IS NULL OR (e.logged_at, e.scan_id) < ($3, $4::uuid))
 ORDER BY e.logged_at DESC, e.scan_id DESC
 LIMIT $5;

-- name: day_counts
-- Every slot of a venue's day with its counts and what plays in it, in order of time.
SELECT s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count, s.revision, s.held_count,
       s.show_id, w.title AS show, m.name AS room, s.cancelled_at IS NOT NULL AS is_cancelled
  FROM reservation_slots s
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  LEFT JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date = $3
 ORDER BY s.start_time, s.id;

-- name: day_totals
-- The counts of a venue's day that belong to no slot: entries without a reservation, exits and returns. Always one row.
SELECT coalesce(w.entered, 0) AS entered, coalesce(w.revision, 0) AS entered_revision, coalesce(m.exited, 0) AS exited,
       coalesce(m.reentered, 0) AS reentered, coalesce(m.revision, 0) AS moved_revision
  FROM (SELECT $1::bigint AS org_id, $2::bigint AS venue_id, $3::date AS date) d
  LEFT JOIN walk_ins w ON w.org_id = d.org_id AND w.venue_id = d.venue_id AND w.date = d.date
  LEFT JOIN venue_movements m ON m.org_id = d.org_id AND m.venue_id = d.venue_id AND m.date = d.date;
