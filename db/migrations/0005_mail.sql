-- Messages that are no longer worth sending get a status of their own, so that those that failed can be looked after.

-- DROPPED: too late, overtaken by a cancellation, or discarded by staff; `last_error` says which.
ALTER TABLE mail_outbox
    DROP CONSTRAINT mail_outbox_status_check,
    ADD CONSTRAINT mail_outbox_status_check CHECK (status IN ('PENDING', 'SENT', 'DEAD', 'DROPPED'));

-- What is no use after some moment (a code, an offer, a reminder) has a line of its own, which no rush of bookings delays.
-- Counted rather than compared with NULL: the planner turns such a comparison into one that no index on it answers.
DROP INDEX mail_outbox_due;
CREATE INDEX mail_outbox_due ON mail_outbox (num_nonnulls(not_after), next_attempt_at) WHERE status = 'PENDING';

-- Looked through by people: what was given up or dropped, newest first.
CREATE INDEX mail_outbox_unsent ON mail_outbox (id) WHERE status IN ('DEAD', 'DROPPED');
