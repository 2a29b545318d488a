-- Exits and returns. Locks: tickets by id, then the counts of the venue's day, which nothing else locks. A return by override
-- locks its dispute before both.
-- A first entry runs none of these: `ticket_absences` is read only if the holder has entered already.

-- name: read_exit_scans
-- One row per exit in $1, in order: ticket and reservation, the first entry with its venue, the venue and day it was counted for
-- (an override may count for another), and the absence if the holder has left. Takes no lock.
-- The first columns are those of `read_entry_scans`. The venues for which the ticket is valid do not matter for an exit.
SELECT t.id, t.code, t.status, t.channel, t.customer_name, t.customer_email, t.customer_phone, t.valid_until,
       NULL::bigint AS product_venue_id,
       r.id AS reservation_id, r.slot_id, s.venue_id, s.date, s.start_time, s.end_time, s.starts_at, s.ends_at,
       s.booked_count, s.total_capacity, s.check_in_opens_minutes, s.check_in_closes_minutes, r.places, r.admitted,
       r.booked_together,
       t.version, t.verified_at, t.verified_by, t.verified_gate, o.name AS operator_name,
       CASE WHEN i.scan_id IS NULL THEN s.venue_id ELSE i.venue_id END AS entry_venue_id,
       CASE WHEN i.scan_id IS NULL THEN s.venue_id ELSE coalesce(d.venue_id, i.venue_id) END AS counted_venue_id,
       CASE WHEN i.scan_id IS NULL THEN s.date ELSE coalesce(d.date, i.day) END AS counted_date,
       CASE WHEN i.source = 'sync' THEN i.scanned_at ELSE i.logged_at END AS entered_at,
       b.left_at, b.left_gate, b.returned_at, n.out, e.scan_id IS NOT NULL AS was_answered
  FROM unnest($1::text::presented_scan[]) WITH ORDINALITY AS a (org_id, code, scan_id, mode, n)
  LEFT JOIN LATERAL (SELECT * FROM tickets t WHERE t.code = a.code AND (t.org_id = a.org_id) IS TRUE LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT * FROM staff o WHERE o.org_id = t.org_id AND o.id = t.verified_by LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT * FROM ticket_reservations r
                      WHERE r.ticket_id = t.id AND (r.org_id = t.org_id) IS TRUE AND r.holds_place LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT * FROM reservation_slots s WHERE s.org_id = r.org_id AND s.id = r.slot_id LIMIT 1) s ON true
  LEFT JOIN LATERAL (SELECT i.scan_id, i.org_id, i.venue_id, i.slot_id, i.day, i.source, i.scanned_at, i.logged_at FROM scans i
                      WHERE t.verified_at IS NOT NULL AND i.code = t.code AND i.org_id = t.org_id AND i.entered
                        AND (SELECT u.scan_id FROM scans u WHERE u.undoes = i.scan_id AND u.org_id = i.org_id LIMIT 1) IS NULL
                      ORDER BY i.logged_at DESC LIMIT 1) i ON true
  LEFT JOIN LATERAL (SELECT d.date, d.venue_id FROM reservation_slots d WHERE d.org_id = i.org_id AND d.id = i.slot_id LIMIT 1) d ON true
  LEFT JOIN LATERAL (SELECT b.left_at, b.left_gate, b.returned_at FROM ticket_absences b
                      WHERE b.ticket_id = t.id AND b.org_id = t.org_id
                        AND (b.returned_at IS NULL OR b.returned_at >= t.verified_at)
                      ORDER BY b.returned_at DESC NULLS FIRST LIMIT 1) b ON true
 CROSS JOIN LATERAL (SELECT count(*) AS out FROM ticket_absences b
                      WHERE b.ticket_id = t.id AND b.org_id = t.org_id AND b.returned_at IS NULL) n
  LEFT JOIN LATERAL (SELECT e.scan_id FROM scans e
                      WHERE e.org_id = a.org_id AND e.scan_id = a.scan_id AND e.mode = a.mode LIMIT 1) e ON true
 ORDER BY a.n;

-- name: exits_before_their_entries
-- For the entries in $3 (codes) and $4 (times): the later exits at their venue that were refused because no entry was known.
-- `left_at` is the hub's time, or an offline scanner's corrected to the hub's clock.
SELECT e.scan_id, e.operator_id, o.name AS operator_name, e.code, e.gate, e.device, e.people, e.left_at
  FROM unnest($3::text[], $4::timestamptz[]) AS a (code, entered_at)
 CROSS JOIN LATERAL (
       SELECT e.*, CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS left_at FROM scans e
        WHERE e.code = a.code AND e.org_id = $1 AND e.venue_id = $2 AND e.mode = 'exit'
          AND e.reason IN ('NOT_INSIDE', 'ALREADY_LEFT') AND e.logged_at >= a.entered_at
        ORDER BY e.logged_at LIMIT 4) e
  LEFT JOIN LATERAL (SELECT o.name FROM staff o WHERE o.org_id = $1 AND o.id = e.operator_id LIMIT 1) o ON true
 WHERE e.left_at >= a.entered_at
 ORDER BY e.left_at;

-- name: passages_of_codes
-- The scans at venue $2 by which people came in or left with each of the codes in $3, with their undo: only of codes with a scan that
-- does not count all who passed. `may_count`: the scan is in $4, or has an open conflict; a refused entry counts only then.
SELECT e.org_id, e.venue_id, e.scan_id, e.mode, e.source, e.code, e.ticket_id, e.reason, e.entered, e.people, e.wanted, e.gate, e.device,
       e.operator_id, o.name AS operator_name, e.logged_at,
       CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS moment,
       u.scan_id IS NOT NULL AS undone, u.note AS undo_note, coalesce(r.places, 1) AS places,
       e.scan_id = ANY ($4::uuid[]) OR f.scan_id IS NOT NULL AS may_count
  FROM (SELECT DISTINCT c.code FROM unnest($3::text[]) AS c (code)
         WHERE EXISTS (SELECT 1 FROM scans e
                        WHERE e.code = c.code AND e.org_id = $1 AND e.venue_id = $2
                          AND (e.mode = 'exit' AND e.reason IN ('NOT_INSIDE', 'ALREADY_LEFT')
                               OR e.mode = 'verify' AND e.source = 'sync' AND e.reason = 'ALREADY_VERIFIED'
                               OR e.wanted = 0 OR e.wanted > e.people))) c
  LEFT JOIN LATERAL (SELECT r.places FROM tickets t
                       JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.holds_place
                      WHERE t.code = c.code AND t.org_id = $1 LIMIT 1) r ON true
 CROSS JOIN LATERAL (
       SELECT e.* FROM scans e
        WHERE e.code = c.code AND e.org_id = $1 AND e.venue_id = $2
          AND (e.entered OR e.reason IN ('EXIT_RECORDED', 'RE_ENTRY') OR e.mode = 'exit' AND e.reason IN ('NOT_INSIDE', 'ALREADY_LEFT')
               OR e.mode = 'verify' AND e.source = 'sync' AND e.reason = 'ALREADY_VERIFIED')
        ORDER BY e.logged_at DESC LIMIT 200) e
  LEFT JOIN LATERAL (SELECT f.scan_id FROM scan_conflicts f
                      WHERE f.scan_id = e.scan_id AND f.org_id = e.org_id AND f.decision IS NULL
                        AND (f.people = 1 OR r.places > 1) LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT u.scan_id, u.note FROM scans u WHERE u.undoes = e.scan_id AND u.org_id = e.org_id LIMIT 1) u ON true
  LEFT JOIN LATERAL (SELECT o.name FROM staff o WHERE o.org_id = e.org_id AND o.id = e.operator_id LIMIT 1) o ON true
 ORDER BY e.code, e.logged_at;

-- name: open_absences
-- One row per ticket in $1, $2, in order: its version, its open absence (when and where the holder left), and how many people
-- are out. Of a party it is the newest absence.
SELECT t.version, b.venue_id, b.date, b.left_at, b.left_gate, b.out
  FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS a (org_id, ticket_id, n)
  LEFT JOIN LATERAL (SELECT t.version FROM tickets t WHERE t.org_id = a.org_id AND t.id = a.ticket_id LIMIT 1) t ON true
  LEFT JOIN LATERAL (SELECT b.*, count(*) OVER () AS out FROM ticket_absences b
                      WHERE b.ticket_id = a.ticket_id AND b.org_id = a.org_id AND b.returned_at IS NULL
                      ORDER BY b.left_at DESC LIMIT 1) b ON true
 ORDER BY a.n;

-- name: write_movements
-- Logs every scan and records the exits and returns, all or none. Returns all movement counts of every changed venue and day. A
-- scan whose ticket has changed since it was read is neither recorded nor logged: its number is in `raced`. A synced scan counts
-- at its own time, every other at $2. $3 has the answer to each scan, as a repeat gets it.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($1::text::judged_movement[], $3::text[]) WITH ORDINALITY
        AS a (org_id, scan_id, venue_id, operator_id, mode, source, gate, device, code, ticket_id, reservation_id, slot_id,
              result, reason, way, moved_venue_id, moved_date, version, scanned_at, people, day, answer, n)
), marked AS (
    UPDATE tickets t
       SET version = t.version + 1
      FROM asked a
     WHERE a.way IS NOT NULL AND t.org_id = a.org_id AND t.id = a.ticket_id AND t.version = a.version
    RETURNING a.n, a.org_id, a.scan_id, a.ticket_id, a.gate, a.way, a.reservation_id, a.moved_venue_id, a.moved_date, a.people,
              CASE WHEN a.source = 'sync' THEN a.scanned_at ELSE $2 END AS moved_at
), raced AS MATERIALIZED (
    SELECT a.n FROM asked a WHERE a.way IS NOT NULL AND a.n NOT IN (SELECT m.n FROM marked m)
), gone AS (
    -- One row for each person who is out. Of those admitted, the ones who are inside leave first: if more leave than are inside,
    -- somebody is out twice, which the index `ticket_absences_one_open` refuses.
    INSERT INTO ticket_absences (org_id, exit_scan, ticket_id, venue_id, date, left_at, left_gate, person)
    SELECT m.org_id, m.scan_id, m.ticket_id, m.moved_venue_id, m.moved_date, m.moved_at, m.gate, p.person
      FROM marked m
     CROSS JOIN LATERAL (
           SELECT g.person
             FROM generate_series(1, coalesce((SELECT r.admitted FROM ticket_reservations r
                                                WHERE r.org_id = m.org_id AND r.id = m.reservation_id), 1)) AS g (person)
            ORDER BY EXISTS (SELECT 1 FROM ticket_absences o WHERE o.ticket_id = m.ticket_id AND o.org_id = m.org_id
                                AND o.person = g.person AND o.returned_at IS NULL), g.person
            LIMIT m.people) p
     WHERE m.way = 'out'
), back AS (
    UPDATE ticket_absences b
       SET returned_at = a.moved_at, return_scan = a.scan_id
      FROM (SELECT m.org_id, m.ticket_id, m.moved_at, m.scan_id, o.exit_scan, o.person
              FROM marked m
             CROSS JOIN LATERAL (SELECT o.exit_scan, o.person FROM ticket_absences o
                                  WHERE o.ticket_id = m.ticket_id AND o.org_id = m.org_id AND o.returned_at IS NULL
                                  ORDER BY o.left_at, o.person LIMIT m.people) o
             WHERE m.way = 'in') a
     WHERE b.ticket_id = a.ticket_id AND b.org_id = a.org_id AND b.person = a.person AND b.exit_scan = a.exit_scan
       AND b.returned_at IS NULL
), logged AS (
    INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, device, code, ticket_id,
                       reservation_id, slot_id, result, reason, people, answer, day, scanned_at, logged_at)
    SELECT a.org_id, a.scan_id, a.venue_id, a.operator_id, a.mode, a.source, a.gate, a.device, a.code, a.ticket_id,
           a.reservation_id, a.slot_id, a.result, a.reason, a.people, a.answer, a.day, coalesce(a.scanned_at, $2), $2
      FROM asked a
     WHERE NOT EXISTS (SELECT 1 FROM raced x WHERE x.n = a.n)
), counted AS (
    INSERT INTO venue_movements AS v (org_id, venue_id, date, exited, reentered)
    SELECT m.org_id, m.moved_venue_id, m.moved_date, coalesce(sum(m.people) FILTER (WHERE m.way = 'out'), 0),
           coalesce(sum(m.people) FILTER (WHERE m.way = 'in'), 0)
      FROM marked m
     GROUP BY 1, 2, 3
     ORDER BY 1, 2, 3
    ON CONFLICT (org_id, venue_id, date) DO UPDATE
       SET exited = v.exited + EXCLUDED.exited, reentered = v.reentered + EXCLUDED.reentered, revision = v.revision + 1
    RETURNING v.org_id, v.venue_id, v.date, v.exited, v.reentered, v.revision
)
SELECT c.org_id, c.venue_id, c.date, c.exited, c.reentered, c.revision, NULL::bigint AS raced FROM counted c
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, x.n FROM raced x;

-- name: undo_movement
-- Undoes the exit or the return of $15 people that scan $2 recorded ($14 says which). None of them may have moved since: those who
-- left are still out, and after a return nobody of ticket $3 has left. Returns no row if that is not so, if the ticket has changed
-- since it was read, or if the scan was undone before. The row of the log has the business day $16.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id, t.code, t.status FROM tickets t
     WHERE t.org_id = $1 AND t.id = $3 AND t.version = $4 AND t.verified_at IS NOT NULL
       FOR NO KEY UPDATE
), in_again AS (
    DELETE FROM ticket_absences b
     USING standing d
     WHERE $14::text = 'out' AND b.org_id = d.org_id AND b.exit_scan = $2 AND b.returned_at IS NULL
       AND (SELECT count(*) FROM ticket_absences c
             WHERE c.org_id = d.org_id AND c.exit_scan = $2 AND c.returned_at IS NULL) = $15::integer
    RETURNING b.org_id, b.venue_id, b.date, 1 AS exited, 0 AS reentered
), out_again AS (
    UPDATE ticket_absences b
       SET returned_at = NULL, return_scan = NULL
      FROM standing d
     WHERE $14 = 'in' AND b.org_id = d.org_id AND b.return_scan = $2
       AND NOT EXISTS (SELECT 1 FROM ticket_absences c
                        WHERE c.ticket_id = b.ticket_id AND c.org_id = b.org_id AND c.left_at >= b.returned_at
                          AND c.exit_scan <> b.exit_scan)
       -- An exit that came to the hub later, of an earlier moment, may have let out the same people.
       AND NOT EXISTS (SELECT 1 FROM ticket_absences c JOIN ticket_absences o USING (org_id, ticket_id, person)
                        WHERE c.ticket_id = b.ticket_id AND c.org_id = b.org_id AND c.return_scan = $2 AND o.returned_at IS NULL)
    RETURNING b.org_id, b.venue_id, b.date, 0 AS exited, 1 AS reentered
), moved AS (
    SELECT m.org_id, m.venue_id, m.date, sum(m.exited) AS exited, sum(m.reentered) AS reentered
      FROM (SELECT * FROM in_again UNION ALL SELECT * FROM out_again) m
     GROUP BY 1, 2, 3
), bumped AS (
    UPDATE tickets t SET version = t.version + 1
      FROM standing d, moved m
     WHERE t.org_id = d.org_id AND t.id = d.id
    RETURNING t.org_id, t.id, t.code, t.status
), logged AS (
    INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, code, ticket_id, reservation_id,
                       slot_id, result, reason, undoes, note, people, day, scanned_at, logged_at)
    SELECT f.org_id, $6, $7, $8, 'undo', $9, $10, f.code, f.id, $5, $11, 'YELLOW',
           CASE $14 WHEN 'out' THEN 'EXIT_UNDONE' ELSE 'RETURN_UNDONE' END, $2, $12, $15, $16, $13, $13
      FROM bumped f
), counted AS (
    UPDATE venue_movements v
       SET exited = v.exited - m.exited, reentered = v.reentered - m.reentered, revision = v.revision + 1
      FROM moved m
     WHERE v.org_id = m.org_id AND v.venue_id = m.venue_id AND v.date = m.date
    RETURNING v.org_id, v.venue_id, v.date, v.exited, v.reentered, v.revision
)
SELECT f.code, f.status, c.org_id, c.venue_id, c.date, c.exited, c.reentered, c.revision
  FROM bumped f JOIN counted c ON true;

-- name: drifted_movements
-- Days whose movements differ from the absences they count.
SELECT org_id, venue_id, date, coalesce(v.exited, 0) AS exited, coalesce(v.reentered, 0) AS reentered,
       coalesce(b.exited, 0) AS exited_rows, coalesce(b.reentered, 0) AS reentered_rows
  FROM venue_movements v
  FULL JOIN (SELECT org_id, venue_id, date, count(*) AS exited, count(returned_at) AS reentered
               FROM ticket_absences GROUP BY 1, 2, 3) b USING (org_id, venue_id, date)
 WHERE coalesce(v.exited, 0) <> coalesce(b.exited, 0) OR coalesce(v.reentered, 0) <> coalesce(b.reentered, 0)
 ORDER BY 1, 2, 3;

-- name: lock_movements
-- Creates the row of a day's movements if there is none, and locks it, so that exits and returns wait.
INSERT INTO venue_movements AS v (org_id, venue_id, date) VALUES ($1, $2, $3)
ON CONFLICT (org_id, venue_id, date) DO UPDATE SET revision = v.revision + 1;

-- name: correct_movements
-- Counts a day's movements again. The row of $1 to $3 must be locked.
UPDATE venue_movements v
   SET exited = b.exited, reentered = b.reentered
  FROM (SELECT count(*) AS exited, count(returned_at) AS reentered
          FROM ticket_absences WHERE org_id = $1 AND venue_id = $2 AND date = $3) b
 WHERE v.org_id = $1 AND v.venue_id = $2 AND v.date = $3
RETURNING v.org_id, v.venue_id, v.date, v.exited, v.reentered, v.revision;
