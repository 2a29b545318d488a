-- Reminders of tickets that have no reservation yet, and text messages about visits.

ALTER TABLE venues
    -- Days after which the buyer of a ticket without a reservation is reminded; NULL: never.
    ADD COLUMN unbooked_reminder_days integer DEFAULT 7 CHECK (unbooked_reminder_days BETWEEN 1 AND 365),
    ADD COLUMN text_messages          text NOT NULL DEFAULT 'off' CHECK (text_messages IN ('off', 'confirmations', 'reminders', 'both')),
    -- The venue's own time between which no text message goes out; NULL: at any time.
    ADD COLUMN text_quiet_hours       text DEFAULT '22:00-08:00' CHECK (text_quiet_hours ~ '^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$');

-- Whether the hub writes to the buyer. Where the shop does so itself, the hub sends no reminders either.
ALTER TABLE orders ADD COLUMN mails boolean NOT NULL DEFAULT true;

-- How far a venue's reminders of tickets have come: its tickets of orders paid until then are done. Within the order `order_id` those of the
-- people whose first ticket is `ticket_id` or below are done, too.
CREATE TABLE ticket_reminders (
    org_id      bigint NOT NULL,
    venue_id    bigint NOT NULL,
    paid_until  timestamptz NOT NULL,
    order_id    bigint NOT NULL,
    ticket_id   bigint NOT NULL,
    PRIMARY KEY (org_id, venue_id),
    FOREIGN KEY (org_id, venue_id) REFERENCES venues (org_id, id) ON DELETE CASCADE
);
CREATE INDEX orders_to_remind ON orders (org_id, paid_at, id) WHERE paid_at IS NOT NULL;

-- A reservation gets one text message of each kind for each slot it lies in.
CREATE TABLE visit_texts (
    org_id          bigint NOT NULL,
    reservation_id  bigint NOT NULL,
    slot_id         bigint NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('confirmation', 'reminder')),
    texted_at       timestamptz NOT NULL,
    PRIMARY KEY (org_id, reservation_id, slot_id, kind)
);
