-- API keys of shops and other systems. Only hashes of keys are stored.

-- name: find_key
-- The key of a hash unless it is revoked, whatever its organisation.
SELECT org_id, id, name, scopes, venue_ids, requests_per_minute, last_used_at FROM api_keys
 WHERE key_hash = $1 AND revoked_at IS NULL LIMIT 1;

-- name: note_use
-- Notes when a key was used, unless another process has just done so.
UPDATE api_keys SET last_used_at = $3 WHERE org_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at <= $4 OR last_used_at > $3);

-- name: add_key
INSERT INTO api_keys (org_id, name, hint, key_hash, scopes, venue_ids, requests_per_minute, created_at, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id;

-- name: read_key
SELECT k.id, k.name, k.hint, k.scopes, k.venue_ids, k.requests_per_minute, k.created_at, k.last_used_at, k.revoked_at, k.version,
       s.name AS created_name
  FROM api_keys k LEFT JOIN staff s ON s.org_id = k.org_id AND s.id = k.created_by
 WHERE k.org_id = $1 AND k.id = $2;

-- name: lock_key
SELECT id, version, revoked_at, venue_ids FROM api_keys WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: change_key
UPDATE api_keys SET name = $3, scopes = $4, venue_ids = $5, requests_per_minute = $6, version = version + 1 WHERE org_id = $1 AND id = $2;

-- name: revoke_key
UPDATE api_keys SET revoked_at = $3, version = version + 1 WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL;

-- name: list_keys
-- Keys of an organisation before key $2, newest first, at most $3. Of a scope $4 that is not empty, only those within it.
SELECT k.id, k.name, k.hint, k.scopes, k.venue_ids, k.requests_per_minute, k.created_at, k.last_used_at, k.revoked_at, k.version,
       s.name AS created_name
  FROM api_keys k LEFT JOIN staff s ON s.org_id = k.org_id AND s.id = k.created_by
 WHERE k.org_id = $1 AND k.id < $2 AND ($4::bigint[] = '{}' OR (k.venue_ids <> '{}' AND k.venue_ids <@ $4))
 ORDER BY k.id DESC LIMIT $3;

-- name: venues_of_keys
SELECT id, name FROM venues WHERE org_id = $1 ORDER BY id;
