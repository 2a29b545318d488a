-- How many people may be inside a venue at the same time, and what happens when they are.

ALTER TABLE venues
    ADD COLUMN inside_limit integer CHECK (inside_limit BETWEEN 1 AND 1000000),
    -- warn: the control room is warned. stop: the gates admit nobody until somebody leaves.
    ADD COLUMN when_full text NOT NULL DEFAULT 'warn' CHECK (when_full IN ('warn', 'stop'));

ALTER TABLE alerts DROP CONSTRAINT alerts_kind_check;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind_check
    CHECK (kind IN ('failure_rate', 'utilisation', 'latency', 'login_failures', 'names_locked', 'people_inside'));
