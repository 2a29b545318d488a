-- The customer's side: venue policies of the portal, places held for a waiting list, parties that share one link, and an
-- outbox that speaks several languages and carries text messages beside mail.

ALTER TABLE venues
    ADD COLUMN address                 text NOT NULL DEFAULT '',
    ADD COLUMN language                text NOT NULL DEFAULT 'en',
    -- The country whose national phone numbers are understood without a country code (ISO 3166).
    ADD COLUMN country                 text NOT NULL DEFAULT 'US' CHECK (country ~ '^[A-Z]{2}$'),
    -- 'format' looks at the spelling only; the others ask for a one-time code by that way.
    ADD COLUMN contact_check           text NOT NULL DEFAULT 'format' CHECK (contact_check IN ('format', 'email', 'sms', 'both')),
    ADD COLUMN reminder_hours          integer[] NOT NULL DEFAULT '{24,2}',
    -- How long an offer of the waiting list stands; NULL: no waiting list.
    ADD COLUMN waitlist_offer_minutes  integer DEFAULT 30 CHECK (waitlist_offer_minutes BETWEEN 1 AND 1440),
    -- Minutes after the start from which an unused reservation gives its place back; NULL: never.
    ADD COLUMN no_show_release_minutes integer CHECK (no_show_release_minutes BETWEEN 0 AND 1440);

-- Places held for the waiting list: offered to somebody, or just come free and not offered yet. Free to the public is
-- total_capacity - booked_count - held_count.
ALTER TABLE reservation_slots
    ADD COLUMN held_count integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT reservation_slots_never_overbooked,
    ADD CONSTRAINT reservation_slots_never_overbooked
        CHECK (booked_count >= 0 AND held_count >= 0 AND booked_count + held_count <= total_capacity);

-- Reservations made in one request are one party: they share one manage token. `calendar_sequence` is the SEQUENCE of the
-- calendar entry, which grows with every move.
ALTER TABLE ticket_reservations
    ADD COLUMN language          text NOT NULL DEFAULT 'en',
    ADD COLUMN calendar_sequence integer NOT NULL DEFAULT 0,
    ADD COLUMN moved_at          timestamptz,
    ADD COLUMN cancel_cause      text CHECK (cancel_cause IN ('holder', 'staff', 'no_show'));

-- Further links to a party. Of a token only its hash is kept, so a mail written later (a reminder, a move by staff) gets a
-- token of its own that stands for the first one.
CREATE TABLE manage_links (
    org_id      bigint NOT NULL,
    token_hash  bytea NOT NULL,
    stands_for  bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, token_hash)
);
CREATE INDEX manage_links_by_token ON manage_links (token_hash);

-- `not_after`: sent later than this, the message would mislead (a one-time code, an offer, a reminder); it is dropped.
ALTER TABLE mail_outbox
    ADD COLUMN channel   text NOT NULL DEFAULT 'mail' CHECK (channel IN ('mail', 'sms')),
    ADD COLUMN language  text NOT NULL DEFAULT 'en',
    ADD COLUMN not_after timestamptz;

-- A request for a whole party is answered again as a whole; `slot_id` and `reservation_id` name its first.
ALTER TABLE idempotency_keys ADD COLUMN reservation_ids bigint[];

-- Room on every page for the next version of its rows: neighbours (a family, one order) come through the door in one flight,
-- and a version that finds no room on its page costs an entry in every index.
ALTER TABLE tickets SET (fillfactor = 50);
ALTER TABLE ticket_reservations SET (fillfactor = 50);

-- What the door asks about and what it writes down, many rows in one text parameter: a parameter for every column costs more
-- in encoding than the rest of the statement's call.
CREATE TYPE presented_scan AS (org_id bigint, code text, scan_id uuid, mode text);
CREATE TYPE judged_scan AS (
    org_id bigint, scan_id uuid, venue_id bigint, operator_id bigint, mode text, source text, gate text, device text,
    code text, ticket_id bigint, reservation_id bigint, slot_id bigint, result text, reason text, enters boolean,
    version integer, scanned_at timestamptz
);
