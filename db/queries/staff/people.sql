-- People: staff accounts as administrators see and change them.

-- name: hold_administrators
-- Locks the administrators of organisation $1 until the transaction ends: of two changes that would take away the last two,
-- the second one finds the first.
SELECT pg_advisory_xact_lock(hashtextextended($1::bigint::text, 5));

-- name: count_administrators
-- The administrators who may do everything at any time: $2 are the roles. Whoever cannot sign in is not counted.
SELECT count(*) FROM staff s
 WHERE s.org_id = $1 AND s.role = ANY ($2::text[]) AND s.disabled_at IS NULL
   AND (s.password_hash IS NOT NULL OR s.pin_hash IS NOT NULL)
   AND s.venue_ids = '{}' AND s.gate_ids = '{}' AND s.valid_from IS NULL AND s.valid_until IS NULL
   AND NOT EXISTS (SELECT FROM staff_shifts f WHERE f.staff_id = s.id AND f.org_id = s.org_id);

-- name: own_people
-- Those of these people who belong to the organisation.
SELECT id FROM staff WHERE org_id = $1 AND id = ANY ($2::bigint[]);

-- name: list_people
-- People with ids below $2, newest first, at most $3, with all words that begin like those of $4, role $5, at venue $6, and
-- status $7. Of a scope $8 that is not empty, only those who work at none but these venues.
SELECT s.id, s.username, s.name, s.role, s.email, s.venue_ids, s.gate_ids, s.valid_from, s.valid_until, s.disabled_at,
       s.last_signed_in_at, s.created_at, s.version, s.password_hash IS NOT NULL AS has_password,
       s.pin_hash IS NOT NULL AS has_pin,
       ARRAY(SELECT g.name FROM gates g WHERE g.org_id = s.org_id AND g.id = ANY (s.gate_ids) ORDER BY g.id) AS gates,
       (SELECT max(l.expires_at) FROM staff_links l
         WHERE l.staff_id = s.id AND l.org_id = s.org_id AND l.kind = 'invitation' AND l.used_at IS NULL AND l.revoked_at IS NULL)
       AS invited_until
  FROM staff s
 WHERE s.org_id = $1 AND s.id < $2
   AND ($4::text IS NULL OR to_tsvector('simple', regexp_replace(lower(s.name || ' ' || s.username || ' ' || coalesce(s.email, '')),
                                                             '[^[:alnum:]]+', ' ', 'g')) @@ to_tsquery('simple', $4::text))
   AND ($5::text IS NULL OR s.role = $5)
   AND ($6::bigint IS NULL OR s.venue_ids = '{}' OR s.venue_ids @> ARRAY[$6::bigint])
   AND ($7::text IS NULL
        OR $7 = 'DISABLED' AND s.disabled_at IS NOT NULL
        OR $7 = 'INVITED' AND s.disabled_at IS NULL AND s.password_hash IS NULL AND s.pin_hash IS NULL
        OR $7 = 'ACTIVE' AND s.disabled_at IS NULL AND (s.password_hash IS NOT NULL OR s.pin_hash IS NOT NULL))
   AND ($8::bigint[] = '{}' OR s.venue_ids <> '{}' AND s.venue_ids <@ $8::bigint[])
 ORDER BY s.id DESC
 LIMIT $3;

-- name: read_person
SELECT s.id, s.username, s.name, s.role, s.email, s.venue_ids, s.gate_ids, s.valid_from, s.valid_until, s.disabled_at,
       s.last_signed_in_at, s.created_at, s.version, s.password_hash IS NOT NULL AS has_password,
       s.pin_hash IS NOT NULL AS has_pin,
       ARRAY(SELECT g.name FROM gates g WHERE g.org_id = s.org_id AND g.id = ANY (s.gate_ids) ORDER BY g.id) AS gates,
       (SELECT max(l.expires_at) FROM staff_links l
         WHERE l.staff_id = s.id AND l.org_id = s.org_id AND l.kind = 'invitation' AND l.used_at IS NULL AND l.revoked_at IS NULL)
       AS invited_until
  FROM staff s
 WHERE s.org_id = $1 AND s.id = $2;

-- name: person_by_username
SELECT id FROM staff WHERE org_id = $1 AND lower(username) = lower($2::text);

-- name: shifts_of_people
SELECT staff_id, date, start_time, end_time, starts_at, ends_at FROM staff_shifts
 WHERE org_id = $1 AND staff_id = ANY ($2::bigint[]) ORDER BY staff_id, starts_at;

-- name: lock_person
SELECT * FROM staff WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: add_person
-- The unique index of user names refuses one that is taken, in any case.
INSERT INTO staff (org_id, venue_id, username, name, role, email, venue_ids, gate_ids, valid_from, valid_until, password_hash,
                   pin_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
RETURNING id;

-- name: write_person
UPDATE staff
   SET username = $3, name = $4, role = $5, email = $6, venue_ids = $7, gate_ids = $8, valid_from = $9, valid_until = $10,
       version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: drop_shifts
-- Deletes the shifts of a person: all of them if $3 is NULL, else those that end after $3 or ended before $4.
DELETE FROM staff_shifts
 WHERE org_id = $1 AND staff_id = $2
   AND ($3::timestamptz IS NULL OR ends_at > $3::timestamptz OR ends_at < $4::timestamptz);

-- name: add_shifts
-- Adds shifts that the person does not have: $3 dates, $4 and $5 times, $6 and $7 moments.
INSERT INTO staff_shifts (org_id, staff_id, date, start_time, end_time, starts_at, ends_at)
SELECT $1::bigint, $2::bigint, a.*
  FROM unnest($3::date[], $4::time[], $5::time[], $6::timestamptz[], $7::timestamptz[])
       AS a (date, start_time, end_time, starts_at, ends_at)
 WHERE NOT EXISTS (SELECT FROM staff_shifts f
                    WHERE f.staff_id = $2 AND f.org_id = $1 AND f.starts_at = a.starts_at AND f.ends_at = a.ends_at);

-- name: set_disabled
UPDATE staff SET disabled_at = $3, version = version + 1 WHERE org_id = $1 AND id = $2;

-- name: set_secrets
-- Sets the password or PIN of a person. With $5 the other one is removed.
UPDATE staff
   SET password_hash = coalesce($3::text, CASE WHEN $5::boolean THEN NULL ELSE password_hash END),
       pin_hash = coalesce($4::text, CASE WHEN $5::boolean THEN NULL ELSE pin_hash END), version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: venues_of_scope
-- Which of the venues $2 exist, in order of id, with their time zones.
SELECT id, timezone FROM venues WHERE org_id = $1 AND id = ANY ($2::bigint[]) ORDER BY id;

-- name: gates_of_scope
-- Which of the gates $2 exist, in order of id.
SELECT id, venue_id, name FROM gates WHERE org_id = $1 AND id = ANY ($2::bigint[]) ORDER BY id;

-- name: gates_of_organisation
-- The gates of every venue, for the form of a scope.
SELECT g.id, g.venue_id, g.name FROM gates g WHERE g.org_id = $1 AND g.retired_at IS NULL ORDER BY g.venue_id, g.name LIMIT 500;

-- name: venues_of_organisation
SELECT id, name, timezone FROM venues WHERE org_id = $1 ORDER BY id LIMIT 500;
