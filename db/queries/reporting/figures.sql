-- Figures: the scan log of a venue's day, counted by minute and gate. Takes no locks; only keep_tallies writes.
-- A day is a business day: the scans of its date at the venue, without those that belong to another day (`scans.day`), and with those
-- of other dates that belong to it. What happens before its date begins counts in its first minute, and what happens after
-- the end of its last slot in its last minute.
-- A scan counts at the time it happened: a synced scan at the time of the scan, any other when it was logged. A verify that
-- follows a validation of the same code under one scan_id is the same scan. `entered` and `gone` count people, of whom a party's
-- scan has several. An undone entry is subtracted from the minute it was counted in. Rows logged before $5 are `settled`: nothing will be added to them.

-- name: figures_day
-- The whole day $6, whose date lasts from $3 (included) to $4 (excluded), whenever it was logged.
WITH presented AS (
    SELECT e.*, e.logged_at AS moment FROM scans e
     WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at >= $3 AND e.logged_at < $4
       AND e.source <> 'sync' AND e.mode <> 'undo' AND e.day IS NULL
    UNION ALL
    SELECT e.*, e.scanned_at FROM scans e
     WHERE e.venue_id = $2 AND e.org_id = $1 AND e.source = 'sync' AND e.scanned_at >= $3 AND e.scanned_at < $4
       AND e.mode <> 'undo' AND e.day IS NULL
    UNION ALL
    SELECT e.*, CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END FROM scans e
     WHERE e.venue_id = $2 AND e.org_id = $1 AND e.day = $6 AND e.mode <> 'undo'
), happened AS (
    SELECT e.logged_at, e.moment, e.gate, e.result, e.reason,
           CASE WHEN e.mode = 'override' OR v.scan_id IS NOT NULL THEN 0 ELSE 1 END AS scans,
           e.entered::integer * e.people AS entered,
           CASE WHEN e.mode = 'exit' AND e.reason = 'EXIT_RECORDED' THEN e.people
                WHEN e.mode IN ('verify', 'override') AND e.reason = 'RE_ENTRY' THEN -e.people ELSE 0 END AS gone,
           CASE WHEN e.entered THEN round(1000 * extract(epoch FROM e.logged_at - v.logged_at))::integer END AS took
      FROM presented e
      LEFT JOIN scans v ON e.mode = 'verify' AND v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'validate'
    UNION ALL
    SELECT u.logged_at, e.moment, e.gate, '', '', 0, -e.entered::integer * u.people,
           CASE WHEN e.entered THEN 0 WHEN e.mode = 'exit' THEN -u.people ELSE u.people END, NULL
      FROM presented e
      JOIN scans u ON u.undoes = e.scan_id AND u.org_id = e.org_id
     WHERE e.entered OR e.reason = 'EXIT_RECORDED' OR (e.mode IN ('verify', 'override') AND e.reason = 'RE_ENTRY')
)
SELECT h.logged_at < $5 AS settled, greatest(0, least(floor(extract(epoch FROM h.moment - $3) / 60),
                      ceil(extract(epoch FROM d.ends - $3) / 60) - 1))::integer AS minute,
       coalesce(h.gate, '') AS gate, h.result, h.reason, count(*)::integer AS rows, sum(h.scans)::integer AS scans,
       sum(h.entered)::integer AS entered, sum(h.gone)::integer AS gone,
       array_agg(h.took) FILTER (WHERE h.took IS NOT NULL) AS took
  FROM happened h
 CROSS JOIN (SELECT greatest($4, max(s.ends_at)) AS ends FROM reservation_slots s
              WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date = $6 AND s.cancelled_at IS NULL) d
 GROUP BY 1, 2, 3, 4, 5;

-- name: figures_since
-- The part of the same day ($7 here) that was logged from $6 on.
WITH logged AS MATERIALIZED (
    SELECT e.*, CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS moment FROM scans e
     WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at >= $6
), happened AS (
    SELECT e.logged_at, e.moment, e.gate, e.result, e.reason,
           CASE WHEN e.mode = 'override' OR v.scan_id IS NOT NULL THEN 0 ELSE 1 END AS scans,
           e.entered::integer * e.people AS entered,
           CASE WHEN e.mode = 'exit' AND e.reason = 'EXIT_RECORDED' THEN e.people
                WHEN e.mode IN ('verify', 'override') AND e.reason = 'RE_ENTRY' THEN -e.people ELSE 0 END AS gone,
           CASE WHEN e.entered THEN round(1000 * extract(epoch FROM e.logged_at - v.logged_at))::integer END AS took
      FROM logged e
      LEFT JOIN LATERAL (SELECT v.scan_id, v.logged_at FROM scans v
                          WHERE e.mode = 'verify' AND v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'validate'
                          LIMIT 1) v ON true
     WHERE e.mode <> 'undo' AND CASE WHEN e.day IS NULL THEN e.moment >= $3 AND e.moment < $4 ELSE e.day = $7 END
    UNION ALL
    SELECT u.logged_at, o.moment, o.gate, '', '', 0, -o.entered::integer * u.people,
           CASE WHEN o.entered THEN 0 WHEN o.mode = 'exit' THEN -u.people ELSE u.people END, NULL
      FROM logged u
      JOIN LATERAL (SELECT o.gate, o.entered, o.mode, o.day, CASE WHEN o.source = 'sync' THEN o.scanned_at ELSE o.logged_at END AS moment
                      FROM scans o
                     WHERE u.mode = 'undo' AND o.org_id = u.org_id AND o.scan_id = u.undoes
                       AND (o.entered OR o.reason = 'EXIT_RECORDED' OR (o.mode IN ('verify', 'override') AND o.reason = 'RE_ENTRY'))
                     LIMIT 1) o ON true
     WHERE CASE WHEN o.day IS NULL THEN o.moment >= $3 AND o.moment < $4 ELSE o.day = $7 END
)
SELECT h.logged_at < $5 AS settled, greatest(0, least(floor(extract(epoch FROM h.moment - $3) / 60),
                      ceil(extract(epoch FROM d.ends - $3) / 60) - 1))::integer AS minute,
       coalesce(h.gate, '') AS gate, h.result, h.reason, count(*)::integer AS rows, sum(h.scans)::integer AS scans,
       sum(h.entered)::integer AS entered, sum(h.gone)::integer AS gone,
       array_agg(h.took) FILTER (WHERE h.took IS NOT NULL) AS took
  FROM happened h
 CROSS JOIN (SELECT greatest($4, max(s.ends_at)) AS ends FROM reservation_slots s
              WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date = $7 AND s.cancelled_at IS NULL) d
 GROUP BY 1, 2, 3, 4, 5;

-- name: days_of_slots
-- Every slot of a venue from day $3 to $4: what plays in it (a cancelled performance has no capacity), its booked places, the places ever booked (including cancelled ones and
-- no-shows), and whether it is over at $5, that is $6 minutes after its end. Booked places are in the slot's own count, so only
-- cancelled reservations are read. OFFSET 0 keeps the organisation out of the look-up: without statistics the planner would read
-- all its reservations too.
SELECT s.date, s.id, s.start_time, s.end_time, CASE WHEN s.cancelled_at IS NULL THEN s.total_capacity ELSE 0 END AS total_capacity,
       s.booked_count, s.verified_count, s.entered_apart, s.show_id, w.title AS show, m.name AS room, s.cancelled_at IS NOT NULL AS is_cancelled, s.ends_at + make_interval(mins => $6) <= $5 AS over,
       s.booked_count + r.cancelled + r.released AS made, r.cancelled, r.released
  FROM reservation_slots s
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
  LEFT JOIN rooms m ON m.org_id = s.org_id AND m.id = s.room_id
  LEFT JOIN LATERAL (SELECT coalesce(sum(r.places) FILTER (WHERE r.cancel_cause IS DISTINCT FROM 'no_show'), 0)::integer AS cancelled,
                            coalesce(sum(r.places) FILTER (WHERE r.cancel_cause = 'no_show'), 0)::integer AS released
                       FROM (SELECT r.org_id, r.cancel_cause, r.places FROM ticket_reservations r
                              WHERE r.slot_id = s.id AND NOT r.holds_place OFFSET 0) r
                      WHERE r.org_id = s.org_id) r ON true
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date BETWEEN $3 AND $4
 ORDER BY s.date, s.start_time, s.id;

-- name: days_of_walk_ins
SELECT date, entered FROM walk_ins WHERE org_id = $1 AND venue_id = $2 AND date BETWEEN $3 AND $4;

-- name: scans_of_day
-- The scans of one date (from $3 to $4) by slot and result, counted as in figures_day, without those of `further_of_day`.
SELECT e.slot_id, e.result, e.reason, count(*)::integer AS scans
  FROM scans e
  LEFT JOIN LATERAL (SELECT v.scan_id FROM scans v
                      WHERE e.mode = 'verify' AND v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'validate'
                      LIMIT 1) v ON true
 WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at >= $3 AND e.logged_at < $4 AND e.source <> 'sync'
   AND e.day IS NULL AND e.mode IN ('validate', 'verify', 'exit') AND v.scan_id IS NULL
 GROUP BY 1, 2, 3;

-- name: further_of_day
-- The same for the scans of business day $5 that may still be added: made offline and synced later, or of another date.
SELECT e.slot_id, e.result, e.reason, count(*)::integer AS scans
  FROM (SELECT e.* FROM scans e
         WHERE e.venue_id = $2 AND e.org_id = $1 AND e.source = 'sync' AND e.scanned_at >= $3 AND e.scanned_at < $4
           AND e.day IS NULL
        UNION ALL
        SELECT e.* FROM scans e WHERE e.venue_id = $2 AND e.org_id = $1 AND e.day = $5) e
  LEFT JOIN LATERAL (SELECT v.scan_id FROM scans v
                      WHERE e.mode = 'verify' AND v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'validate'
                      LIMIT 1) v ON true
 WHERE e.mode IN ('validate', 'verify', 'exit') AND v.scan_id IS NULL
 GROUP BY 1, 2, 3;

-- name: read_tallies
-- The stored results of scans_of_day for past days that begin from $3 to $4.
SELECT starts_at, ends_at, tallies FROM scan_tallies
 WHERE org_id = $1 AND venue_id = $2 AND starts_at BETWEEN $3 AND $4;

-- name: keep_tallies
-- Stores one row per element of the arrays. Another process that counted the same day stored the same numbers.
INSERT INTO scan_tallies (org_id, venue_id, starts_at, ends_at, tallies)
SELECT $1, $2, d.starts_at, d.ends_at, d.tallies
  FROM unnest($3::timestamptz[], $4::timestamptz[], $5::jsonb[]) AS d (starts_at, ends_at, tallies)
ON CONFLICT DO NOTHING;

-- name: replay_logged
-- At most $7 log rows of a date from the cursor ($4, $5, $6) on, in order, counted as in figures_day. An undo has the entry or
-- movement that it undid. The other scans of the day are in replay_further.
SELECT e.logged_at AS at, e.scan_id, e.mode, coalesce(e.gate, o.gate, '') AS gate, e.result, e.reason,
       e.mode IN ('validate', 'verify', 'exit') AND v.scan_id IS NULL AS scans, e.entered, e.people, e.slot_id,
       round(1000 * extract(epoch FROM e.logged_at - v.logged_at))::integer AS took,
       o.moment AS undone_at, o.gate AS undone_gate, o.slot_id AS undone_slot, o.entered AS undone_entered, o.mode AS undone_mode,
       o.day AS undone_day
  FROM (SELECT * FROM scans e
         WHERE e.venue_id = $2 AND e.org_id = $1 AND e.logged_at < $3 AND (e.logged_at, e.scan_id) >= ($4, $5)
           AND (e.logged_at, e.scan_id, e.mode) > ($4, $5, $6) AND e.source <> 'sync' AND e.day IS NULL
         ORDER BY e.logged_at, e.scan_id, e.mode
         LIMIT $7) e
  LEFT JOIN LATERAL (SELECT v.scan_id, v.logged_at FROM scans v
                      WHERE e.mode = 'verify' AND v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'validate'
                      LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT o.gate, o.slot_id, o.entered, o.mode, o.day,
                            CASE WHEN o.source = 'sync' THEN o.scanned_at ELSE o.logged_at END AS moment
                       FROM scans o
                      WHERE e.mode = 'undo' AND o.org_id = e.org_id AND o.scan_id = e.undoes
                        AND (o.entered OR o.reason = 'EXIT_RECORDED' OR (o.mode IN ('verify', 'override') AND o.reason = 'RE_ENTRY'))
                      LIMIT 1) o ON true
 ORDER BY e.logged_at, e.scan_id, e.mode;

-- name: replay_further
-- The scans of business day $5 that were made offline and synced later, or on another date, in order.
SELECT CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END AS at, e.scan_id, e.mode,
       coalesce(e.gate, o.gate, '') AS gate, e.result, e.reason,
       e.mode IN ('validate', 'verify', 'exit') AND v.scan_id IS NULL AS scans, e.entered, e.people, e.slot_id,
       round(1000 * extract(epoch FROM e.logged_at - v.logged_at))::integer AS took,
       o.moment AS undone_at, o.gate AS undone_gate, o.slot_id AS undone_slot, o.entered AS undone_entered, o.mode AS undone_mode,
       o.day AS undone_day
  FROM (SELECT * FROM scans e
         WHERE e.venue_id = $2 AND e.org_id = $1 AND e.source = 'sync' AND e.scanned_at >= $3 AND e.scanned_at < $4
           AND e.day IS NULL
        UNION ALL
        SELECT * FROM scans e WHERE e.venue_id = $2 AND e.org_id = $1 AND e.day = $5) e
  LEFT JOIN LATERAL (SELECT v.scan_id, v.logged_at FROM scans v
                      WHERE e.mode = 'verify' AND v.org_id = e.org_id AND v.scan_id = e.scan_id AND v.mode = 'validate'
                      LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT o.gate, o.slot_id, o.entered, o.mode, o.day,
                            CASE WHEN o.source = 'sync' THEN o.scanned_at ELSE o.logged_at END AS moment
                       FROM scans o
                      WHERE e.mode = 'undo' AND o.org_id = e.org_id AND o.scan_id = e.undoes
                        AND (o.entered OR o.reason = 'EXIT_RECORDED' OR (o.mode IN ('verify', 'override') AND o.reason = 'RE_ENTRY'))
                      LIMIT 1) o ON true
 ORDER BY 1, e.scan_id, e.mode;

-- name: day_ends
-- The end of business day $4, whose date ends at $3: that of its last slot, if it is later.
SELECT greatest($3::timestamptz, max(s.ends_at)) FROM reservation_slots s
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date = $4 AND s.cancelled_at IS NULL;
