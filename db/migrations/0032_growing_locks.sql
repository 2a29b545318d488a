-- Locks of a name that follow one another without a right secret grow, and the third one is told.

-- How often the bucket has been locked since the last right secret, or since it was quiet for a day.
ALTER TABLE sign_in_attempts ADD COLUMN locks integer NOT NULL DEFAULT 0;

ALTER TABLE alerts DROP CONSTRAINT alerts_kind_check;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind_check
    CHECK (kind IN ('failure_rate', 'utilisation', 'latency', 'login_failures', 'names_locked'));
