-- How the staff of an organisation sign in, and which accounts at a provider are theirs.

-- name: read_settings
SELECT g.id AS org_id, g.name AS organisation, coalesce(o.version, 1) AS version,
       coalesce(o.require_second_factor, 'none') AS require_second_factor, coalesce(o.passwords, 'everybody') AS passwords,
       o.oidc_issuer, o.oidc_client_id, o.oidc_client_secret, coalesce(o.oidc_label, '') AS oidc_label,
       coalesce(o.oidc_match, 'email') AS oidc_match, o.oidc_worked_at
  FROM organisations g LEFT JOIN sign_in_settings o ON o.org_id = g.id
 WHERE g.id = $1;

-- name: make_settings
-- Makes the row of an organisation that never changed anything.
INSERT INTO sign_in_settings (org_id) SELECT g.id FROM organisations g WHERE g.id = $1 ON CONFLICT (org_id) DO NOTHING;

-- name: lock_settings
SELECT version FROM sign_in_settings WHERE org_id = $1 FOR UPDATE;

-- name: write_settings
UPDATE sign_in_settings
   SET version = version + 1, require_second_factor = $2, passwords = $3, oidc_issuer = $4, oidc_client_id = $5,
       oidc_client_secret = $6, oidc_label = $7, oidc_match = $8, oidc_worked_at = $9
 WHERE org_id = $1;

-- name: provider_worked
-- The first sign-in of an administrator by this provider. Returns who may use a password from now on; nothing if it is not the first.
UPDATE sign_in_settings SET oidc_worked_at = $3 WHERE org_id = $1 AND oidc_issuer = $2 AND oidc_worked_at IS NULL
RETURNING passwords;

-- name: account_of_subject
-- Who is known by a subject, and notes the sign-in.
UPDATE provider_accounts SET signed_in_at = $4 WHERE org_id = $1 AND issuer = $2 AND subject = $3 RETURNING staff_id;

-- name: person_by_email
-- The people whose mail address this is; two of them are none, because nobody says which.
SELECT s.id, s.name FROM staff s WHERE s.org_id = $1 AND lower(s.email) = lower($2) AND s.disabled_at IS NULL LIMIT 2;

-- name: person_by_username
SELECT s.id, s.name FROM staff s WHERE s.org_id = $1 AND lower(s.username) = lower($2) AND s.disabled_at IS NULL LIMIT 2;

-- name: username_of
-- The name under which sign-in finds a person, and nothing for somebody who is disabled.
SELECT lower(s.username) FROM staff s WHERE s.org_id = $1 AND s.id = $2 AND s.disabled_at IS NULL;

-- name: link_account
-- Returns nothing if the subject is somebody's already, or the person has another one at this issuer.
INSERT INTO provider_accounts (org_id, staff_id, issuer, subject, linked_at, signed_in_at)
VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: unlink_accounts
DELETE FROM provider_accounts WHERE org_id = $1 AND staff_id = $2 RETURNING issuer;

-- name: settings_sealed_with_other_keys
SELECT org_id, oidc_client_secret FROM sign_in_settings
 WHERE oidc_client_secret IS NOT NULL AND substring(oidc_client_secret FROM 1 FOR 4) <> $1 LIMIT 1000;

-- name: reseal_client_secret
UPDATE sign_in_settings SET oidc_client_secret = $3 WHERE org_id = $1 AND oidc_client_secret = $2;
