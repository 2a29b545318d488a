-- The audit log: who changed what, when, from where, before and after.

-- name: record_change
-- Adds a row. Runs in the transaction of the change, so that neither is kept without the other.
INSERT INTO audit_log (org_id, at, staff_id, staff_name, source, client_ip, action, subject_id, venue_id, before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);
