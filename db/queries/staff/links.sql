-- Links: invitations, and links to a new password or PIN. A person has at most one that is good.

-- name: add_link
-- Adds a link of kind $3 and its e-mail. An earlier link of the person is revoked at $6, and its e-mail is not sent if it waits.
WITH revoked AS (
    UPDATE staff_links SET revoked_at = $6
     WHERE org_id = $1 AND staff_id = $2 AND used_at IS NULL AND revoked_at IS NULL
    RETURNING outbox_id
), stopped AS (
    UPDATE mail_outbox o SET not_after = $6 FROM revoked r WHERE o.org_id = $1 AND o.id = r.outbox_id AND o.status = 'PENDING'
), message AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, channel, not_after, next_attempt_at, created_at)
    VALUES ($1, $8::text, $5::text, $9::jsonb, $10::text, 'mail', $7, $6, $6)
    RETURNING id
)
INSERT INTO staff_links (org_id, staff_id, kind, token_hash, created_at, expires_at, outbox_id)
SELECT $1::bigint, $2::bigint, $3::text, $4::bytea, $6::timestamptz, $7::timestamptz, message.id FROM message
RETURNING id;

-- name: revoke_links
-- Revokes the links of a person that are still good, and stops their e-mails. Returns them.
WITH revoked AS (
    UPDATE staff_links SET revoked_at = $3
     WHERE org_id = $1 AND staff_id = $2 AND used_at IS NULL AND revoked_at IS NULL
    RETURNING id, outbox_id
), stopped AS (
    UPDATE mail_outbox o SET not_after = $3 FROM revoked r WHERE o.org_id = $1 AND o.id = r.outbox_id AND o.status = 'PENDING'
)
SELECT id FROM revoked;

-- name: links_since
-- How many links were sent to a person since $3.
SELECT count(*) FROM staff_links WHERE org_id = $1 AND staff_id = $2 AND created_at > $3;

-- name: read_link
-- A link by the hash of its token, with its person.
SELECT l.org_id, l.id, l.staff_id, l.kind, l.expires_at, l.used_at, l.revoked_at, s.name, s.username, s.role, s.disabled_at,
       o.name AS organisation
  FROM staff_links l
  JOIN staff s ON s.org_id = l.org_id AND s.id = l.staff_id
  JOIN organisations o ON o.id = l.org_id
 WHERE l.token_hash = $1;

-- name: use_link
-- Marks a link as used, once, if it is still good at $3.
UPDATE staff_links SET used_at = $3
 WHERE org_id = $1 AND id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3
RETURNING id;

-- name: find_forgotten
-- The enabled accounts with this user name or e-mail address (in lower case) that have an address to write to.
SELECT s.org_id, s.id, s.name, s.email, s.role, o.name AS organisation
  FROM staff s
  JOIN organisations o ON o.id = s.org_id
 WHERE (lower(s.username) = $1 OR lower(s.email) = $1) AND s.email IS NOT NULL AND s.disabled_at IS NULL
 ORDER BY s.org_id, s.id
 LIMIT 5;

-- name: drop_old_links
-- Deletes links that expired before $1.
DELETE FROM staff_links WHERE expires_at < $1;
