-- The logos of venues: one each, written under the venue's lock.

-- name: store_logo
-- Gives a venue that the caller has locked this logo.
INSERT INTO venue_logos (org_id, venue_id, hash, width, height, image, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (org_id, venue_id) DO UPDATE
   SET hash = excluded.hash, width = excluded.width, height = excluded.height, image = excluded.image, created_at = excluded.created_at;

-- name: drop_logo
-- Takes the logo of a venue that the caller has locked.
DELETE FROM venue_logos WHERE org_id = $1 AND venue_id = $2;

-- name: raise_version
-- Counts the change of a venue that the caller has locked.
UPDATE venues SET version = version + 1 WHERE org_id = $1 AND id = $2;

-- name: read_logo
-- An image by its hash, whatever the organisation: whoever knows the hash has seen its address.
SELECT image FROM venue_logos WHERE hash = $1 LIMIT 1;
