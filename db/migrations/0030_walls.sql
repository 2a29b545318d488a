-- The audit log, found by what changed, by whom and from where. Row-level security is no migration: see db/row_security.py.

-- `subject` is the first word of `action`. Each index ends with the order of the list, so that any page of any filter takes the same time.
ALTER TABLE audit_log ADD COLUMN subject text NOT NULL GENERATED ALWAYS AS (split_part(action, '.', 1)) STORED;
DROP INDEX audit_log_by_time;
CREATE INDEX audit_log_by_time ON audit_log (org_id, at DESC, id DESC);
CREATE INDEX audit_log_of_staff ON audit_log (org_id, staff_id, at DESC, id DESC);
CREATE INDEX audit_log_of_action ON audit_log (org_id, action, at DESC, id DESC);
CREATE INDEX audit_log_of_kind ON audit_log (org_id, subject, at DESC, id DESC);
CREATE INDEX audit_log_of_subject ON audit_log (org_id, subject_id, at DESC, id DESC);
CREATE INDEX audit_log_of_source ON audit_log (org_id, source, at DESC, id DESC);
CREATE INDEX audit_log_of_venue ON audit_log (org_id, venue_id, at DESC, id DESC);
