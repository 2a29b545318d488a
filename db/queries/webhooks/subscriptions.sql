-- Subscriptions of webhooks, as administrators read and change them.

-- name: list_webhooks
-- The newest first, with ids below $2. `waiting` are events that are numbered and not yet handed out or taken.
SELECT w.id AS webhook_id, w.name, w.url, w.events, w.venue_id, v.name AS venue, w.batch, w.paused_at, w.created_at, w.version,
       w.previous_until, w.position, w.failures, w.failing_since, w.next_attempt_at, w.last_success_at,
       (SELECT count(*) FROM (SELECT FROM webhook_events e
                               WHERE e.org_id = w.org_id AND e.sequence > w.position AND e.kind = ANY (w.events)
                                 AND (w.venue_id IS NULL OR w.venue_id = e.venue_id) LIMIT 10000) e)
       + (SELECT count(*) FROM webhook_retries r WHERE r.org_id = w.org_id AND r.webhook_id = w.id AND r.dead_at IS NULL) AS waiting,
       (SELECT count(*) FROM webhook_retries r WHERE r.org_id = w.org_id AND r.webhook_id = w.id AND r.dead_at IS NOT NULL) AS dead,
       coalesce((SELECT c.last FROM webhook_counters c WHERE c.org_id = w.org_id), 0) AS last_sequence
  FROM webhooks w
  LEFT JOIN venues v ON v.org_id = w.org_id AND v.id = w.venue_id
 WHERE w.org_id = $1 AND w.id < $2 AND ($4::bigint IS NULL OR w.id = $4)
   AND (cardinality($5::bigint[]) = 0 OR w.venue_id = ANY ($5::bigint[]))
 ORDER BY w.id DESC LIMIT $3;

-- name: count_webhooks
SELECT count(*) FROM webhooks WHERE org_id = $1;

-- name: add_webhook
-- A new subscription begins after the last event that has a number.
INSERT INTO webhooks (org_id, id, name, url, events, venue_id, batch, secret, created_at, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce((SELECT last FROM webhook_counters WHERE org_id = $1), 0));

-- name: next_webhook_id
-- The id of the next subscription: its secret is sealed for it.
SELECT nextval(pg_get_serial_sequence('webhooks', 'id'));

-- name: lock_webhook
SELECT id, venue_id, version, secret FROM webhooks WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: change_webhook
-- Another address or an end of a pause ($8 null) forgets earlier failures, so that it is tried at once.
UPDATE webhooks w
   SET name = $3, url = $4, events = $5, venue_id = $6, batch = $7, paused_at = $8, version = w.version + 1,
       failures = CASE WHEN w.url <> $4 OR w.paused_at IS NOT NULL THEN 0 ELSE w.failures END,
       next_attempt_at = CASE WHEN w.url <> $4 OR w.paused_at IS NOT NULL THEN NULL ELSE w.next_attempt_at END
 WHERE w.org_id = $1 AND w.id = $2;

-- name: rotate_secret
-- The secret until now signs too, until $4.
UPDATE webhooks SET previous_secret = secret, previous_until = $4, secret = $3, version = version + 1 WHERE org_id = $1 AND id = $2;

-- name: delete_webhook
DELETE FROM webhooks WHERE org_id = $1 AND id = $2;

-- name: read_secrets
SELECT url, batch, secret, previous_secret, previous_until FROM webhooks WHERE org_id = $1 AND id = $2;

-- name: lock_to_replay
-- The same lock as the delivery job's: it hands out nothing meanwhile.
SELECT w.position, coalesce((SELECT c.last FROM webhook_counters c WHERE c.org_id = w.org_id), 0) AS last,
       (SELECT min(e.sequence) FROM webhook_events e WHERE e.org_id = w.org_id) AS first
  FROM webhooks w WHERE w.org_id = $1 AND w.id = $2 FOR UPDATE OF w;

-- name: replay
-- Sets a subscription back, so that every event from $3 on is handed out again, with all its tries. The lease of a job that is just
-- delivering is lost, and what it then wants to store is dropped.
WITH again AS (
    DELETE FROM webhook_retries WHERE org_id = $1 AND webhook_id = $2 AND sequence >= $3::bigint
)
UPDATE webhooks
   SET position = least(position, $3::bigint - 1), failures = 0, next_attempt_at = NULL, leased_until = NULL, lease_id = NULL
 WHERE org_id = $1 AND id = $2;

-- name: count_wanted
-- How many events from $3 on a subscription asks for.
SELECT count(*) FROM webhook_events e JOIN webhooks w ON w.org_id = e.org_id
 WHERE w.org_id = $1 AND w.id = $2 AND e.sequence >= $3 AND e.kind = ANY (w.events) AND (w.venue_id IS NULL OR w.venue_id = e.venue_id);

-- name: webhooks_sealed_with_other_keys
-- At most 1,000 subscriptions one of whose secrets was not sealed with the key whose mark is $1.
SELECT org_id, id, secret, previous_secret FROM webhooks
 WHERE substring(secret FROM 1 FOR 4) <> $1 OR substring(previous_secret FROM 1 FOR 4) <> $1 LIMIT 1000;

-- name: reseal_webhook
-- Stores both secrets as they are sealed now, unless the subscription has got another secret since. Without $6 the previous one is gone.
UPDATE webhooks
   SET secret = $4, previous_secret = $6,
       previous_until = CASE WHEN $6::bytea IS NOT NULL THEN previous_until END
 WHERE org_id = $1 AND id = $2 AND secret = $3 AND previous_secret IS NOT DISTINCT FROM $5;
