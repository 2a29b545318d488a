-- Events of webhooks: from the transaction of the change into the log.

-- name: write_events
-- Writes the events that a subscription asks for, in the order of $2 to $6. It asks once for each kind and venue: an import has
-- thousands of events of one kind.
WITH kinds AS MATERIALIZED (
    SELECT DISTINCT u.kind, u.venue_id FROM unnest($2::text[], $4::bigint[]) AS u (kind, venue_id)
)
INSERT INTO webhook_inbox (org_id, kind, object, venue_id, at, data)
SELECT $1::bigint, e.kind, e.object, e.venue_id, e.at, e.data::jsonb
  FROM kinds k
  JOIN unnest($2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::text[]) WITH ORDINALITY
    AS e (kind, object, venue_id, at, data, n) ON e.kind = k.kind AND e.venue_id IS NOT DISTINCT FROM k.venue_id
 WHERE webhook_wanted($1::bigint, k.kind, k.venue_id)
 ORDER BY e.n;

-- name: organisations_with_new_events
-- The organisations with events that have no number yet. It reads one row of each, however many wait.
WITH RECURSIVE found AS (
    (SELECT org_id FROM webhook_inbox ORDER BY org_id LIMIT 1)
    UNION ALL
    SELECT (SELECT i.org_id FROM webhook_inbox i WHERE i.org_id > f.org_id ORDER BY i.org_id LIMIT 1) FROM found f WHERE f.org_id IS NOT NULL
)
SELECT org_id FROM found WHERE org_id IS NOT NULL ORDER BY org_id;

-- name: count_arrived
-- The newest row of an organisation's inbox, or $2 if there is none, and how many scans the rows after $2 hold. Without $2 it counts none.
SELECT coalesce(max(i.id), $2::bigint, 0) AS last,
       coalesce(sum(cardinality(i.scan_ids)) FILTER (WHERE i.id > $2::bigint), 0)::bigint AS scans
  FROM webhook_inbox i WHERE i.org_id = $1::bigint AND i.id > coalesce($2::bigint, 0);

-- name: lock_counter
-- Locks the counter of an organisation and returns it; nothing if another process gives numbers just now.
SELECT last FROM webhook_counters WHERE org_id = $1 FOR UPDATE SKIP LOCKED;

-- name: add_counter
INSERT INTO webhook_counters (org_id) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: number_events
-- Moves at most $2 rows of the inbox, up to $4, into the log with the next numbers, and no further row once these hold $3 events. Returns
-- how many rows these were, the events they held, and those that somebody still asks for. The caller has locked the counter in an earlier
-- statement, so this one sees everything that was committed before. A change that had to wait for another one of the same object was
-- written after its commit: its row has the higher id, and both are visible. So the order of ids is the order of each object.
WITH oldest AS (
    SELECT o.org_id, o.id, sum(o.held) OVER (ORDER BY o.id) - o.held AS before
      FROM (SELECT org_id, id, coalesce(cardinality(scan_ids), 1) AS held FROM webhook_inbox
             WHERE org_id = $1::bigint AND id <= $4::bigint ORDER BY id LIMIT $2::integer) o
), taken AS (
    DELETE FROM webhook_inbox i USING oldest f
     WHERE i.org_id = f.org_id AND i.id = f.id AND f.before < $3::integer
    RETURNING i.*
), found AS (
    SELECT t.id, 1::bigint AS n, t.kind, t.object, t.venue_id, t.at, t.data FROM taken t WHERE t.kind IS NOT NULL
    UNION ALL
    SELECT t.id, a.n,
           CASE WHEN s.entered OR s.reason = 'RE_ENTRY' THEN 'entry.recorded' WHEN s.reason = 'EXIT_RECORDED' THEN 'exit.recorded'
                WHEN s.mode = 'undo' THEN 'entry.undone' ELSE 'entry.refused' END,
           CASE WHEN s.ticket_id IS NULL THEN 'scan:' || s.scan_id ELSE 'ticket:' || s.ticket_id END, s.venue_id, s.logged_at,
           jsonb_strip_nulls(jsonb_build_object('scan_id', s.scan_id, 'ticket_id', s.ticket_id, 'reservation_id', s.reservation_id, 'slot_id', s.slot_id,
               'gate', s.gate, 'mode', s.mode, 'result', s.result, 'reason', s.reason, 'people', s.people,
               'scanned_at', to_char(s.scanned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'undoes', s.undoes))
      FROM taken t
     CROSS JOIN LATERAL unnest(t.scan_ids, t.modes) WITH ORDINALITY AS a (scan_id, mode, n)
      JOIN scans s ON s.org_id = t.org_id AND s.scan_id = a.scan_id AND s.mode = a.mode
), numbered AS (
    SELECT row_number() OVER (ORDER BY o.id, o.n) AS place, o.kind, o.object, o.venue_id, o.at, o.data FROM found o
     WHERE EXISTS (SELECT FROM webhooks w WHERE w.org_id = $1::bigint AND o.kind = ANY (w.events)
                                            AND (w.venue_id IS NULL OR w.venue_id = o.venue_id))
), logged AS (
    INSERT INTO webhook_events (org_id, sequence, kind, object, venue_id, at, data)
    SELECT $1::bigint, c.last + x.place, x.kind, x.object, x.venue_id, x.at, x.data
      FROM numbered x, webhook_counters c WHERE c.org_id = $1::bigint
), counted AS (
    UPDATE webhook_counters c SET last = c.last + (SELECT count(*) FROM numbered) WHERE c.org_id = $1::bigint
)
SELECT (SELECT count(*) FROM taken) AS rows, (SELECT coalesce(sum(coalesce(cardinality(t.scan_ids), 1)), 0)::bigint FROM taken t) AS taken,
       (SELECT count(*) FROM numbered) AS events;
