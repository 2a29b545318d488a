-- How many people of a party a queued scan let through, as its scanner said; 0: all that could. NULL: scans made online, and of tickets
-- for one person. So the scans of a party can be put in the order of their moments when another queue comes later.
ALTER TABLE scans ADD COLUMN wanted smallint;
