-- Organisations, for whoever runs the installation.

-- name: list_organisations
-- Organisations with ids below $1, newest first, with the number of their venues and accounts.
SELECT o.id AS organisation_id, o.name, o.slug, o.created_at, o.version,
       (SELECT count(*) FROM venues v WHERE v.org_id = o.id) AS venues,
       (SELECT count(*) FROM staff s WHERE s.org_id = o.id AND s.disabled_at IS NULL) AS staff
  FROM organisations o
 WHERE o.id < $1
 ORDER BY o.id DESC LIMIT $2;

-- name: read_organisation
SELECT o.id AS organisation_id, o.name, o.slug, o.created_at, o.version,
       (SELECT count(*) FROM venues v WHERE v.org_id = o.id) AS venues,
       (SELECT count(*) FROM staff s WHERE s.org_id = o.id AND s.disabled_at IS NULL) AS staff
  FROM organisations o
 WHERE o.id = $1;

-- name: add_organisation
-- A NULL short name is made of random letters.
INSERT INTO organisations (name, slug, created_at) VALUES ($1, coalesce($2, 'org-' || right(gen_random_uuid()::text, 12)), $3)
RETURNING id;

-- name: lock_organisation
SELECT id, version FROM organisations WHERE id = $1 FOR NO KEY UPDATE;

-- name: change_organisation
-- Changes an organisation that the caller has locked. NULL leaves a column as it is.
UPDATE organisations SET name = coalesce($2, name), slug = coalesce($3, slug), version = version + 1 WHERE id = $1;
