-- The first answer to a scan is kept with it, so that a repeat gets the same one whatever has happened since.

-- What the other columns do not say of the answer: texts, the ticket's status, the reservation and the first entry as they were, as
-- JSON (`hub/actions/scanning/kept_answer.py`). It holds nothing about the visitor. NULL for a scan that was logged before this migration.
ALTER TABLE scans ADD COLUMN answer text;
