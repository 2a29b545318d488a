-- Parties at the door: one scan lets in, or out, several people.

-- `admitted`: how many of the party were in after the scan; NULL where no party is concerned. A repeated `scan_id` is answered with it.
ALTER TABLE scans ADD COLUMN admitted smallint CHECK (admitted >= 0);
ALTER TYPE judged_scan ADD ATTRIBUTE admitted smallint;
ALTER TYPE judged_movement ADD ATTRIBUTE people smallint;

-- How many of the people whom the scanner let in the hub would not have.
ALTER TABLE scan_conflicts ADD COLUMN people smallint NOT NULL DEFAULT 1 CHECK (people BETWEEN 1 AND 1000);

-- A row for every person who is out. `person` only tells the people of one ticket apart: it is 1 for a ticket that admits one.
ALTER TABLE ticket_absences
    ADD COLUMN person smallint NOT NULL DEFAULT 1 CHECK (person BETWEEN 1 AND 1000),
    DROP CONSTRAINT ticket_absences_pkey,
    ADD PRIMARY KEY (org_id, exit_scan, person);
DROP INDEX ticket_absences_one_open;
CREATE UNIQUE INDEX ticket_absences_one_open ON ticket_absences (ticket_id, org_id, person) WHERE returned_at IS NULL;
DROP INDEX ticket_absences_returned_once;
CREATE UNIQUE INDEX ticket_absences_returned_once ON ticket_absences (return_scan, org_id, exit_scan, person) WHERE return_scan IS NOT NULL;
DROP INDEX ticket_absences_of_ticket;
CREATE INDEX ticket_absences_of_ticket ON ticket_absences (ticket_id, org_id, left_at);
