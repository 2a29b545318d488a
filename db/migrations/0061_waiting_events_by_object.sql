-- The events of an object that wait for another try, oldest first: only the oldest can be due, and new ones ask whether one waits.
CREATE INDEX webhook_retries_by_object ON webhook_retries (org_id, webhook_id, object, sequence) WHERE dead_at IS NULL;
