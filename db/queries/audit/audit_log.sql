-- The audit log: who changed what, when, from where, before and after.

-- name: record_change
-- Adds a row. Runs in the transaction of the change, so that neither is kept without the other.
INSERT INTO audit_log (org_id, at, staff_id, staff_name, source, client_ip, action, subject_id, venue_id, before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: plan_for_given_filters
-- Lets the next statement of the transaction be planned for its own filters. One plan for all of them would read the whole log
-- wherever a filter is given.
SET LOCAL plan_cache_mode = force_custom_plan;

-- name: list_entries
-- The newest rows before ($2, $3), from $4 to before $5, that match the filters which are not NULL: staff $6, action $7, kind $8, id of
-- the subject $9, source $10, venue $11. Of venues other than $15, if it names any, none is shown. $12 rows are looked at. With $13 only those count whose name, id or values hold this text, in
-- lower case; at most $14 are returned. Every row says how many were looked at, and the last of these; without a match there
-- is one row whose `id` is NULL.
WITH scanned AS MATERIALIZED (
    SELECT id, at, staff_id, staff_name, source, client_ip, action, subject_id, venue_id, before, after
      FROM audit_log
     WHERE org_id = $1 AND (at, id) < ($2::timestamptz, $3::bigint)
       AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)
       AND ($6::bigint IS NULL OR staff_id = $6) AND ($7::text IS NULL OR action = $7) AND ($8::text IS NULL OR subject = $8)
       AND ($9::text IS NULL OR subject_id = $9) AND ($10::text IS NULL OR source = $10) AND ($11::bigint IS NULL OR venue_id = $11)
       AND ($15::bigint[] = '{}' OR venue_id = ANY ($15))
     ORDER BY at DESC, id DESC
     LIMIT $12
), looked AS (
    SELECT count(*) AS looked, (array_agg(at ORDER BY at, id))[1] AS last_at, (array_agg(id ORDER BY at, id))[1] AS last_id FROM scanned
), found AS (
    SELECT * FROM scanned
     WHERE $13::text IS NULL
        OR position($13 IN lower(concat_ws(' ', staff_name, subject_id, client_ip, before::text, after::text))) > 0
     ORDER BY at DESC, id DESC
     LIMIT $14
)
SELECT f.*, l.looked, l.last_at, l.last_id
  FROM looked l LEFT JOIN found f ON true
 ORDER BY f.at DESC, f.id DESC;

-- name: who_may_change
-- The staff of an organisation by name, for the filter: who may act at the venues $2, if it names any.
SELECT id, name FROM staff WHERE org_id = $1 AND ($2::bigint[] = '{}' OR venue_ids = '{}' OR venue_ids && $2) ORDER BY lower(name), id LIMIT 500;
