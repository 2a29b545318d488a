-- Imports: the file, its state and its counts. A process works on one while it holds its lease.

-- name: add_import
INSERT INTO imports (org_id, status, file_name, encoding, sheet, mapping, staff_id, staff_name, source, client_ip, venue_ids, created_at, changed_at)
VALUES ($1, 'UPLOADING', $2, $3, $4, $5::text[], $6, $7, $8, $9, $10::bigint[], $11, $11)
RETURNING id;

-- name: count_waiting
-- How many imports of the organisation hold a file.
SELECT count(*) FROM imports i WHERE i.org_id = $1 AND i.status IN ('UPLOADING', 'ENCODING', 'MAPPING', 'CHECKING', 'READY', 'RUNNING');

-- name: add_part
INSERT INTO import_parts (org_id, import_id, part, content) VALUES ($1, $2, $3, $4);

-- name: read_part
-- The bytes of a part; nothing after the last one.
SELECT content FROM import_parts WHERE org_id = $1 AND import_id = $2 AND part = $3;

-- name: arrived
-- The whole file is here: it is checked next.
UPDATE imports SET status = 'CHECKING', size_bytes = $3, digest = $4, changed_at = $5 WHERE org_id = $1 AND id = $2 AND status = 'UPLOADING'
RETURNING id;

-- name: read_import
-- An import whose file has arrived.
SELECT * FROM imports WHERE org_id = $1 AND id = $2 AND status <> 'UPLOADING';

-- name: list_imports
-- At most $4 imports below the id $3, the newest first; those of one person only, if $2 names one.
SELECT * FROM imports i
 WHERE i.org_id = $1 AND i.id < $3 AND i.status <> 'UPLOADING' AND ($2::bigint IS NULL OR i.staff_id = $2)
 ORDER BY i.id DESC LIMIT $4;

-- name: check_again
-- Another encoding, sheet or mapping: the file is checked from its first line. Whoever works on it loses the lease. Returns nothing if
-- the import is not at rest.
UPDATE imports
   SET status = 'CHECKING', encoding = $3, sheet = $4, mapping = $5::text[], problem = NULL, lines = 0, last_line = 0, lines_done = 0, added = 0,
       changed = 0, cancelled = 0, unchanged = 0, refused = 0, new_products = '{}', unused = '{}', lease = NULL, leased_until = NULL,
       changed_at = $6, version = version + 1
 WHERE org_id = $1 AND id = $2 AND status IN ('ENCODING', 'MAPPING', 'CHECKING', 'READY') AND version = $7
RETURNING id;

-- name: begin_run
-- A checked import begins to store. Returns nothing if it is not ready.
UPDATE imports
   SET status = 'RUNNING', skip_errors = $3, last_line = 0, lines_done = 0, added = 0, changed = 0, cancelled = 0, unchanged = 0, refused = 0,
       lease = NULL, leased_until = NULL, changed_at = $4, version = version + 1
 WHERE org_id = $1 AND id = $2 AND status = 'READY' AND version = $5
RETURNING id;

-- name: delete_import
-- One that is not running, with its file and lines.
DELETE FROM imports WHERE org_id = $1 AND id = $2 AND status <> 'RUNNING' RETURNING id;

-- name: to_work_on
-- The imports that nobody works on, the oldest first. A lease that ends after $2 was written while a clock was ahead.
SELECT org_id, id FROM imports
 WHERE status IN ('CHECKING', 'RUNNING') AND (leased_until IS NULL OR leased_until < $1 OR leased_until > $2) ORDER BY id LIMIT 20;

-- name: claim
-- Takes the lease of an import that nobody works on, as in `to_work_on`, and returns it. A check begins again; a run goes on after its last line.
UPDATE imports
   SET lease = $3, leased_until = $5,
       last_line = CASE status WHEN 'RUNNING' THEN last_line ELSE 0 END, lines_done = CASE status WHEN 'RUNNING' THEN lines_done ELSE 0 END,
       added = CASE status WHEN 'RUNNING' THEN added ELSE 0 END, changed = CASE status WHEN 'RUNNING' THEN changed ELSE 0 END,
       cancelled = CASE status WHEN 'RUNNING' THEN cancelled ELSE 0 END, unchanged = CASE status WHEN 'RUNNING' THEN unchanged ELSE 0 END,
       refused = CASE status WHEN 'RUNNING' THEN refused ELSE 0 END
 WHERE org_id = $1 AND id = $2 AND status IN ('CHECKING', 'RUNNING') AND (leased_until IS NULL OR leased_until < $4 OR leased_until > $6)
RETURNING *;

-- name: hold
-- Locks the import for whoever has its lease. Returns nothing if another process has it.
SELECT id FROM imports WHERE org_id = $1 AND id = $2 AND lease = $3 FOR NO KEY UPDATE;

-- name: progress
-- The counts of a batch are added in its transaction, so that a batch counts once however often it is tried.
UPDATE imports
   SET last_line = $4, lines_done = lines_done + $5, added = added + $6, changed = changed + $7, cancelled = cancelled + $8,
       unchanged = unchanged + $9, refused = refused + $10, leased_until = $11, changed_at = $12,
       new_products = new_products || $13::text[]
 WHERE org_id = $1 AND id = $2 AND lease = $3;

-- name: note_reading
UPDATE imports SET reading = $4, mapping = $5::text[] WHERE org_id = $1 AND id = $2 AND lease = $3;

-- name: end_check
-- The check is over: READY, ENCODING, MAPPING or FAILED.
UPDATE imports
   SET status = $4, problem = $5, unused = $6::text[], lines = lines_done, reading = coalesce($7::jsonb, reading), lease = NULL,
       leased_until = NULL, changed_at = $8, version = version + 1
 WHERE org_id = $1 AND id = $2 AND lease = $3;

-- name: end_run
-- Everything is stored. The file, its headers and samples are gone.
UPDATE imports
   SET status = $4, problem = $5, reading = '{}', lease = NULL, leased_until = NULL, finished_at = $6, changed_at = $6, version = version + 1
 WHERE org_id = $1 AND id = $2 AND lease = $3;

-- name: keep_lease
UPDATE imports SET leased_until = $4 WHERE org_id = $1 AND id = $2 AND lease = $3;

-- name: give_up_lease
UPDATE imports SET lease = NULL, leased_until = NULL WHERE org_id = $1 AND id = $2 AND lease = $3;

-- name: drop_parts
DELETE FROM import_parts WHERE org_id = $1 AND import_id = $2;

-- name: blank_lines
-- What lines changed is no longer kept, only that they did.
UPDATE import_lines SET before = NULL, after = NULL WHERE org_id = $1 AND import_id = $2 AND num_nonnulls(before, after) > 0;

-- name: drop_lines
DELETE FROM import_lines WHERE org_id = $1 AND import_id = $2;

-- name: add_lines
-- At most $10 lines of each kind are kept.
INSERT INTO import_lines (org_id, import_id, line, kind, field, message, code, before, after)
SELECT $1, $2, n.line, n.kind, n.field, n.message, n.code, n.before, n.after
  FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
       AS n (line, kind, field, message, code, before, after)
 WHERE (SELECT count(*) FROM import_lines k WHERE k.org_id = $1 AND k.import_id = $2 AND k.kind = n.kind) < $10
ON CONFLICT DO NOTHING;

-- name: list_lines
-- At most $6 lines of these kinds, after the line $4 and its field $5.
SELECT line, kind, field, message, code, before, after FROM import_lines
 WHERE org_id = $1 AND import_id = $2 AND kind = ANY ($3::text[]) AND (line, field) > ($4, $5)
 ORDER BY line, field LIMIT $6;

-- name: due_to_expire
-- Imports whose file has waited since before $1.
SELECT org_id, id, status FROM imports
 WHERE status IN ('UPLOADING', 'ENCODING', 'MAPPING', 'READY') AND changed_at < $1 ORDER BY changed_at LIMIT 100;

-- name: expire
UPDATE imports SET status = 'EXPIRED', reading = '{}', changed_at = $3, version = version + 1
 WHERE org_id = $1 AND id = $2 AND status IN ('ENCODING', 'MAPPING', 'READY')
RETURNING id;

-- name: drop_upload
-- A file that never arrived as a whole.
DELETE FROM imports WHERE org_id = $1 AND id = $2 AND status = 'UPLOADING';
