-- Organisations and venues.

-- name: read_venue
SELECT name, timezone, unreserved_entry, late_entry_minutes, early_entry_minutes, show_contact, change_cutoff_hours,
       address, language, country, contact_check, reminder_hours, waitlist_offer_minutes, no_show_release_minutes,
       re_entry, duplicate_alarm_minutes
  FROM venues WHERE org_id = $1 AND id = $2;

-- name: organisations
SELECT id FROM organisations;

-- name: venue_anywhere
-- A venue by its id alone, for commands that are not given an organisation.
SELECT org_id, id, name, timezone FROM venues WHERE ($1::bigint IS NULL OR id = $1) ORDER BY org_id, id LIMIT 2;

-- name: all_venues
SELECT v.org_id, o.name AS organisation, v.id AS venue_id, v.name, v.timezone, v.unreserved_entry, v.late_entry_minutes,
       v.early_entry_minutes, v.change_cutoff_hours, v.show_contact, v.address, v.language, v.country, v.contact_check,
       v.reminder_hours, v.waitlist_offer_minutes, v.no_show_release_minutes, v.re_entry,
       v.duplicate_alarm_minutes, v.alert_failure_percent, v.alert_utilisation_percent, v.alert_latency_ms,
       v.alert_login_failures, v.alert_emails, v.alert_webhook_url
  FROM venues v JOIN organisations o ON o.id = v.org_id
 ORDER BY v.org_id, v.id;

-- name: add_organisation
INSERT INTO organisations (name) VALUES ($1) RETURNING id;

-- name: add_venue
INSERT INTO venues (org_id, name, timezone) VALUES ($1, $2, $3) RETURNING id;

-- name: add_gate
INSERT INTO gates (org_id, venue_id, name) VALUES ($1, $2, $3) RETURNING id;

-- name: has_slots
SELECT EXISTS (SELECT 1 FROM reservation_slots WHERE venue_id = $1);

-- name: set_policies
-- Changes what is given and keeps what is NULL. -1 takes a limit away: `early_entry_minutes` (from midnight then),
-- `waitlist_offer_minutes` (no waiting list), `no_show_release_minutes` (places are never given back).
UPDATE venues
   SET name = coalesce($2, name), unreserved_entry = coalesce($3, unreserved_entry),
       late_entry_minutes = coalesce($4, late_entry_minutes),
       early_entry_minutes = CASE WHEN $5::integer = -1 THEN NULL ELSE coalesce($5, early_entry_minutes) END,
       change_cutoff_hours = coalesce($6, change_cutoff_hours), show_contact = coalesce($7, show_contact),
       timezone = coalesce($8, timezone), address = coalesce($9, address), language = coalesce($10, language),
       country = coalesce($11, country), contact_check = coalesce($12, contact_check),
       reminder_hours = coalesce($13, reminder_hours),
       waitlist_offer_minutes = CASE WHEN $14::integer = -1 THEN NULL ELSE coalesce($14, waitlist_offer_minutes) END,
       no_show_release_minutes = CASE WHEN $15::integer = -1 THEN NULL ELSE coalesce($15, no_show_release_minutes) END,
       re_entry = coalesce($16, re_entry),
       duplicate_alarm_minutes = CASE WHEN $17::integer = -1 THEN NULL ELSE coalesce($17, duplicate_alarm_minutes) END,
       alert_failure_percent = CASE WHEN $18::integer = -1 THEN NULL ELSE coalesce($18, alert_failure_percent) END,
       alert_utilisation_percent = CASE WHEN $19::integer = -1 THEN NULL ELSE coalesce($19, alert_utilisation_percent) END,
       alert_latency_ms = CASE WHEN $20::integer = -1 THEN NULL ELSE coalesce($20, alert_latency_ms) END,
       alert_login_failures = CASE WHEN $21::integer = -1 THEN NULL ELSE coalesce($21, alert_login_failures) END,
       alert_emails = coalesce($22, alert_emails), alert_webhook_url = CASE WHEN $23::text = '' THEN NULL ELSE coalesce($23, alert_webhook_url) END,
       alert_webhook_secret = coalesce($24, alert_webhook_secret)
 WHERE id = $1
RETURNING org_id, id AS venue_id, name, timezone, unreserved_entry, late_entry_minutes, early_entry_minutes,
          change_cutoff_hours, show_contact, address, language, country, contact_check, reminder_hours,
          waitlist_offer_minutes, no_show_release_minutes, re_entry, duplicate_alarm_minutes,
          alert_failure_percent, alert_utilisation_percent, alert_latency_ms, alert_login_failures, alert_emails,
          alert_webhook_url;

-- name: first_venue
SELECT min(id) FROM venues WHERE org_id = $1;
