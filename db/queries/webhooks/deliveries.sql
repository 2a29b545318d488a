-- Deliveries: what a process hands out, and the outcome.

-- name: claim_webhooks
-- Leases at most $4 subscriptions that have something due at $1, until $2, under the lease $3. Those that other processes serve are left to
-- them. A process whose clock was ahead wrote a lease that ends after $5, a rest that ends after $6, and a retry after $7: they count as due.
-- What waits behind an earlier event of its object is not due, whatever its own time.
UPDATE webhooks w
   SET leased_until = $2, lease_id = $3
  FROM (SELECT o.org_id, o.id FROM webhooks o
         WHERE o.paused_at IS NULL AND (o.next_attempt_at IS NULL OR o.next_attempt_at <= $1 OR o.next_attempt_at > $6)
           AND (o.leased_until IS NULL OR o.leased_until <= $1 OR o.leased_until > $5)
           AND (o.position < coalesce((SELECT c.last FROM webhook_counters c WHERE c.org_id = o.org_id), 0)
                OR EXISTS (SELECT FROM webhook_retries r WHERE r.org_id = o.org_id AND r.webhook_id = o.id AND r.dead_at IS NULL
                              AND (r.next_attempt_at <= $1 OR r.next_attempt_at > $7)
                              AND NOT EXISTS (SELECT FROM webhook_retries e WHERE e.org_id = r.org_id AND e.webhook_id = r.webhook_id
                                                 AND e.object = r.object AND e.sequence < r.sequence AND e.dead_at IS NULL)))
         ORDER BY o.next_attempt_at NULLS FIRST, o.id LIMIT $4
           FOR NO KEY UPDATE SKIP LOCKED) f
 WHERE w.org_id = f.org_id AND w.id = f.id
RETURNING w.org_id, w.id;

-- name: read_lease
-- The subscription as long as the lease $3 is held; its new end is $4.
UPDATE webhooks w SET leased_until = $4
 WHERE w.org_id = $1 AND w.id = $2 AND w.lease_id = $3 AND w.paused_at IS NULL
RETURNING w.org_id, w.id, w.url, w.batch, w.secret, w.previous_secret, w.previous_until, w.position, w.failures, w.failing_since,
          (SELECT c.last FROM webhook_counters c WHERE c.org_id = w.org_id) AS last;

-- name: due_retries
-- Events to try again: of each object the oldest that waits, if it is due at $3, or after $5, as only a wrong clock writes it. At most $4.
SELECT r.sequence, r.attempts, r.first_failed_at, e.event_id, e.kind, e.object, e.venue_id, e.at, e.data
  FROM (SELECT DISTINCT ON (object) org_id, sequence, object, attempts, first_failed_at, next_attempt_at FROM webhook_retries
         WHERE org_id = $1 AND webhook_id = $2 AND dead_at IS NULL ORDER BY object, sequence) r
  JOIN webhook_events e ON e.org_id = r.org_id AND e.sequence = r.sequence
 WHERE r.next_attempt_at <= $3 OR r.next_attempt_at > $5
 ORDER BY r.sequence LIMIT $4;

-- name: new_events
-- The next events that the subscription asks for, after $3 and up to $4. At most $5. `waits` if an earlier event of the object waits.
SELECT e.sequence, 0 AS attempts, NULL::timestamptz AS first_failed_at, e.event_id, e.kind, e.object, e.venue_id, e.at, e.data,
       EXISTS (SELECT FROM webhook_retries r WHERE r.org_id = $1 AND r.webhook_id = $2 AND r.object = e.object AND r.dead_at IS NULL) AS waits
  FROM webhook_events e
  JOIN webhooks w ON w.org_id = e.org_id AND w.id = $2
 WHERE e.org_id = $1 AND e.sequence > $3 AND e.sequence <= $4 AND e.kind = ANY (w.events) AND (w.venue_id IS NULL OR w.venue_id = e.venue_id)
 ORDER BY e.sequence LIMIT $5;

-- name: hold_lease
-- Locks the subscription if the lease is still held.
SELECT id FROM webhooks WHERE org_id = $1 AND id = $2 AND lease_id = $3 FOR NO KEY UPDATE;

-- name: store_taken
-- Forgets the retries of events that the receiver has taken.
DELETE FROM webhook_retries WHERE org_id = $1 AND webhook_id = $2 AND sequence = ANY ($3::bigint[]);

-- name: store_waiting
-- Stores events that were not taken, or that wait: those of $6 for ever, as dead letters.
INSERT INTO webhook_retries AS r (org_id, webhook_id, sequence, object, attempts, first_failed_at, next_attempt_at, last_error, dead_at)
SELECT $1, $2, u.* FROM unnest($3::bigint[], $4::text[], $5::integer[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::timestamptz[]) u
ON CONFLICT (org_id, webhook_id, sequence) DO UPDATE
   SET attempts = EXCLUDED.attempts, first_failed_at = coalesce(r.first_failed_at, EXCLUDED.first_failed_at),
       next_attempt_at = EXCLUDED.next_attempt_at, last_error = coalesce(EXCLUDED.last_error, r.last_error), dead_at = EXCLUDED.dead_at;

-- name: store_round
-- Stores how far a subscription is, and how its receiver does. One that answers again gets at once what it had not taken.
WITH woken AS (
    UPDATE webhook_retries r SET next_attempt_at = $7
     WHERE $8::boolean AND r.org_id = $1 AND r.webhook_id = $2 AND r.dead_at IS NULL AND r.next_attempt_at > $7
)
UPDATE webhooks
   SET position = greatest(position, $4), failures = $5,
       failing_since = CASE WHEN $5 = 0 THEN NULL ELSE coalesce(failing_since, $7) END, next_attempt_at = $6,
       last_success_at = CASE WHEN $9::boolean THEN $7 ELSE last_success_at END
 WHERE org_id = $1 AND id = $2 AND lease_id = $3;

-- name: release_webhook
UPDATE webhooks SET leased_until = NULL, lease_id = NULL WHERE org_id = $1 AND id = $2 AND lease_id = $3;

-- name: log_deliveries
INSERT INTO webhook_deliveries (org_id, webhook_id, event_id, kind, sequences, attempt, sent_at, milliseconds, request, status, answer, error)
SELECT $1, $2, d.event_id, d.kind, string_to_array(d.sequences, ',')::bigint[], d.attempt, d.sent_at, d.milliseconds, d.request, d.status, d.answer, d.error
  FROM unnest($3::uuid[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[], $8::integer[], $9::text[], $10::integer[], $11::text[], $12::text[])
    AS d (event_id, kind, sequences, attempt, sent_at, milliseconds, request, status, answer, error);

-- name: list_deliveries
-- The newest requests first, with ids below $3. With $5 only those that failed.
SELECT id AS delivery_id, event_id, kind, sequences, attempt, sent_at, milliseconds, request, status, answer, error
  FROM webhook_deliveries
 WHERE org_id = $1 AND webhook_id = $2 AND id < $3 AND (NOT $5::boolean OR error IS NOT NULL)
 ORDER BY id DESC LIMIT $4;

-- name: webhook_health
-- Of all organisations: how many subscriptions fail, how many events wait for another try, how many were given up, and how many have no number yet.
SELECT (SELECT count(*) FROM webhooks WHERE failures > 0 AND paused_at IS NULL) AS failing,
       (SELECT count(*) FROM webhook_retries WHERE dead_at IS NULL) AS waiting,
       (SELECT count(*) FROM webhook_retries WHERE dead_at IS NOT NULL) AS dead,
       (SELECT coalesce(sum(coalesce(cardinality(i.scan_ids), 1)), 0) FROM webhook_inbox i) AS held;

-- name: any_webhook
SELECT EXISTS (SELECT FROM webhooks);
-- name: drop_old_events
-- Deletes at most $3 events from before $1, but none that a subscription has not been handed or waits for, unless it is from before $2.
-- Returns how many. What still waited for one of these goes with it.
WITH old AS (
    SELECT e.org_id, e.sequence FROM webhook_events e
     WHERE e.at < $1::timestamptz
       AND (e.at < $2::timestamptz
            OR (NOT EXISTS (SELECT FROM webhooks w WHERE w.org_id = e.org_id AND w.position < e.sequence)
                AND NOT EXISTS (SELECT FROM webhook_retries r
                                 WHERE r.org_id = e.org_id AND r.sequence = e.sequence AND r.dead_at IS NULL)))
     LIMIT $3::integer
), gone AS (
    DELETE FROM webhook_events e USING old o WHERE e.org_id = o.org_id AND e.sequence = o.sequence RETURNING e.org_id, e.sequence
), given_up AS (
    DELETE FROM webhook_retries r USING gone g WHERE r.org_id = g.org_id AND r.sequence = g.sequence AND r.dead_at IS NULL
)
SELECT count(*) FROM gone;

-- name: drop_old_deliveries
-- Deletes at most $2 requests from before $1, and returns how many.
WITH gone AS (
    DELETE FROM webhook_deliveries d
     USING (SELECT org_id, id FROM webhook_deliveries WHERE sent_at < $1::timestamptz LIMIT $2::integer) o
     WHERE d.org_id = o.org_id AND d.id = o.id
    RETURNING d.id
)
SELECT count(*) FROM gone;

-- name: drop_dead_letters
-- Deletes the dead letters from before $1.
DELETE FROM webhook_retries WHERE dead_at < $1::timestamptz;
