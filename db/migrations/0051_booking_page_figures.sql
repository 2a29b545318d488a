-- What the figures of the booking page are made of, besides `ticket_checks`.

-- The first moment of a day at which good contact details were given for a ticket. `date` is the venue's. Written some moments later,
-- many in one statement. Ids without foreign keys, as in `ticket_checks`.
CREATE TABLE contact_checks (
    org_id      bigint NOT NULL,
    ticket_id   bigint NOT NULL,
    date        date NOT NULL,
    venue_id    bigint NOT NULL,
    checked_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, ticket_id, date)
);
CREATE INDEX contact_checks_of_day ON contact_checks (date, venue_id);

-- How often the booking page refused, by day, step and reason. Each process writes its own rows, and always its whole count of the day:
-- a repeated write changes nothing, and two processes never wait for each other.
CREATE TABLE portal_refusals (
    org_id    bigint NOT NULL,
    venue_id  bigint NOT NULL,
    date      date NOT NULL,
    step      text NOT NULL CHECK (step IN ('ticket', 'contact', 'booking')),
    reason    text NOT NULL CHECK (reason <> ''),
    process   uuid NOT NULL,
    refusals  integer NOT NULL CHECK (refusals > 0),
    PRIMARY KEY (org_id, venue_id, date, step, reason, process)
);

-- Tickets by the moment they became active, and tickets bought to be activated later by the moment they were made.
CREATE INDEX tickets_by_activation ON tickets (activated_at) WHERE activated_at IS NOT NULL;
CREATE INDEX tickets_for_later ON tickets (created_at) WHERE activation_mode = 'deferred';
