-- Which tickets passed the portal's check on which day of their venue: what reservation conversion is a share of.

-- One row per ticket and day, with its first check; `date` is the venue's. Written some moments after the check, many in one
-- statement. Ids without foreign keys: locking a ticket for a figure would hold up its booking.
CREATE TABLE ticket_checks (
    org_id      bigint NOT NULL,
    ticket_id   bigint NOT NULL,
    date        date NOT NULL,
    venue_id    bigint NOT NULL,
    checked_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, ticket_id, date)
);
CREATE INDEX ticket_checks_of_day ON ticket_checks (date, venue_id);
