-- A visitor who corrects the address of their visit by its link changes what staff may change too: the audit log says so.
ALTER TABLE audit_log
    DROP CONSTRAINT audit_log_source_check,
    ADD CONSTRAINT audit_log_source_check CHECK (source IN ('page', 'api', 'command', 'setup', 'job', 'visitor'));
