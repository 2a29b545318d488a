-- Leaving: who has gone out again, who has come back, and how many are inside.

-- Whether somebody who has left may come in again with the same ticket, on the day of their entry.
ALTER TABLE venues ADD COLUMN re_entry text NOT NULL DEFAULT 'deny' CHECK (re_entry IN ('deny', 'allow'));

-- A row for every exit that stands, with the return that ended it where there was one. `venue_id` and `date` are those the
-- entry was counted for, whatever the time of leaving. Kept out of `tickets`: the door reads and writes those ten thousand
-- times a second, and most visitors leave once and for good. An exit taken back takes its row with it; the log keeps both.
CREATE TABLE ticket_absences (
    org_id       bigint NOT NULL,
    exit_scan    uuid NOT NULL,
    ticket_id    bigint NOT NULL,
    venue_id     bigint NOT NULL,
    date         date NOT NULL,
    left_at      timestamptz NOT NULL,
    left_gate    text,
    returned_at  timestamptz,
    return_scan  uuid,
    PRIMARY KEY (org_id, exit_scan),
    FOREIGN KEY (org_id, ticket_id) REFERENCES tickets (org_id, id),
    CHECK ((returned_at IS NULL) = (return_scan IS NULL))
) WITH (fillfactor = 75);
CREATE UNIQUE INDEX ticket_absences_one_open ON ticket_absences (ticket_id, org_id) WHERE returned_at IS NULL;
CREATE INDEX ticket_absences_of_ticket ON ticket_absences (ticket_id, left_at);
CREATE UNIQUE INDEX ticket_absences_returned_once ON ticket_absences (return_scan, org_id) WHERE return_scan IS NOT NULL;

-- The counts of these rows by venue and day. Inside are: entries (slots and `walk_ins`) less `exited` plus `reentered`.
CREATE TABLE venue_movements (
    org_id     bigint NOT NULL,
    venue_id   bigint NOT NULL,
    date       date NOT NULL,
    exited     integer NOT NULL DEFAULT 0 CHECK (exited >= 0),
    reentered  integer NOT NULL DEFAULT 0 CHECK (reentered >= 0),
    revision   bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, venue_id, date)
);

-- One judged movement on its way into `write_movements`: `way` is out or in, or NULL where nobody moved.
CREATE TYPE judged_movement AS (
    org_id bigint, scan_id uuid, venue_id bigint, operator_id bigint, mode text, source text, gate text, device text,
    code text, ticket_id bigint, reservation_id bigint, slot_id bigint, result text, reason text, way text,
    moved_venue_id bigint, moved_date date, version integer, scanned_at timestamptz
);
