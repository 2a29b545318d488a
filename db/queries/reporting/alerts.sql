-- Alerts: reads measured values and thresholds, raises and clears alerts.

-- name: claim_look
-- Claims the check of organisation $1 at $2, unless it was checked since $3. Locks the row for the transaction. A check that lies
-- more than a minute ahead was claimed by a process with a wrong clock, and does not count.
INSERT INTO alert_looks AS l (org_id, looked_at) VALUES ($1, $2)
ON CONFLICT (org_id) DO UPDATE SET looked_at = $2 WHERE l.looked_at <= $3 OR l.looked_at > $2 + interval '1 minute'
RETURNING l.org_id;

-- name: alert_policies
-- The venues of an organisation with their thresholds and recipients, in order of id.
SELECT id, name, timezone, language, alert_failure_percent, alert_utilisation_percent, alert_latency_ms,
       alert_login_failures, alert_check_percent, alert_slot_full_percent, alert_booking_ms, alert_booking_errors,
       alert_activation_percent, alert_rejection_percent, alert_scan_timeouts, alert_mail_percent, alert_rollback_percent,
       alert_emails, alert_webhook_url, inside_limit
  FROM venues WHERE org_id = $1 ORDER BY id;

-- name: fullest_days
-- For each venue and day from now ($2) to the date $3: the utilisation of its fullest slot in per cent, and the slots at or over
-- the venue's threshold, the fullest first, each with the show that plays in it.
SELECT s.venue_id, s.date, max(100.0 * (s.booked_count + s.held_count) / s.total_capacity)::double precision AS value,
       array_agg(concat_ws(' ', to_char(s.start_time, 'HH24:MI') || '-' || to_char(s.end_time, 'HH24:MI'), w.title)
                 ORDER BY 1.0 * (s.booked_count + s.held_count) / s.total_capacity DESC, s.start_time, s.id)
           FILTER (WHERE 100.0 * (s.booked_count + s.held_count) / s.total_capacity >= v.alert_utilisation_percent) AS full_slots
  FROM venues v
  JOIN reservation_slots s ON s.org_id = v.org_id AND s.venue_id = v.id
  LEFT JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE v.org_id = $1 AND v.alert_utilisation_percent IS NOT NULL AND s.ends_at > $2::timestamptz AND s.date <= $3::date
   AND s.total_capacity > 0
   AND s.cancelled_at IS NULL
 GROUP BY s.venue_id, s.date;

-- name: standing
-- The raised alerts of an organisation, and the states of all its measured values.
SELECT coalesce(a.venue_id, st.venue_id) AS venue_id, coalesce(a.kind, st.kind) AS kind,
       coalesce(a.subject, st.subject) AS subject, a.id, coalesce(st.over, 0) AS over, coalesce(st.under, 0) AS under,
       a.value, a.threshold, a.details
  FROM (SELECT * FROM alerts WHERE org_id = $1 AND cleared_at IS NULL) a
  FULL JOIN (SELECT * FROM alert_states WHERE org_id = $1) st
    ON st.venue_id = a.venue_id AND st.kind = a.kind AND st.subject = a.subject;

-- name: keep_state
INSERT INTO alert_states (org_id, venue_id, kind, subject, over, under) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (org_id, venue_id, kind, subject) DO UPDATE SET over = $5, under = $6;

-- name: forget_state
DELETE FROM alert_states WHERE org_id = $1 AND venue_id = $2 AND kind = $3 AND subject = $4;

-- name: raise_alert
INSERT INTO alerts (org_id, venue_id, kind, subject, value, raised_value, threshold, details, raised_at)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7::text::jsonb, $8)
RETURNING *;

-- name: measure_again
-- Stores what a raised alert measures now. The value at which it was raised stays.
UPDATE alerts SET raised_value = coalesce(raised_value, value), value = $3, threshold = $4, details = $5::text::jsonb
 WHERE org_id = $1 AND id = $2 AND cleared_at IS NULL
RETURNING *;

-- name: clear_alert
-- Clears a raised alert at $6, with what it measured last.
UPDATE alerts SET raised_value = coalesce(raised_value, value), value = $3, threshold = $4, details = $5::text::jsonb, cleared_at = $6
 WHERE org_id = $1 AND id = $2 AND cleared_at IS NULL
RETURNING *;

-- name: write_message
-- Queues an e-mail or a webhook call ($4) about an alert. It is useless after $7.
INSERT INTO mail_outbox (org_id, kind, recipient, channel, payload, language, not_after, next_attempt_at, created_at)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $8);

-- name: webhook_secret
SELECT alert_webhook_secret FROM venues WHERE org_id = $1 AND id = $2 AND alert_webhook_url = $3;

-- name: of_no_venue
-- Whether a staff member belongs to no single venue.
SELECT venue_id IS NULL FROM staff WHERE org_id = $1 AND id = $2;

-- name: list_alerts
-- The alerts of a venue ($2; NULL: of all) that are raised or were cleared since $3, newest first.
SELECT a.*, v.name AS venue_name FROM alerts a JOIN venues v ON v.org_id = a.org_id AND v.id = a.venue_id
 WHERE a.org_id = $1 AND ($2::bigint IS NULL OR a.venue_id = $2) AND (a.cleared_at IS NULL OR a.cleared_at >= $3)
 ORDER BY a.id DESC
 LIMIT 200;
