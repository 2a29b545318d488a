-- What an alert measured when it was raised. `value` is what was measured last. NULL: raised by the version before, and not measured again since.
ALTER TABLE alerts ADD COLUMN raised_value double precision;
