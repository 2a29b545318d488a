-- Performances that their organiser cancels or moves.

-- `cancelled_at`: since when a performance is cancelled; its slot is CLOSED. `cancel_message` is the organiser's own sentence for the
-- e-mails. `bookings_ended_at`: since when none of its bookings is left to end; until then every hub goes on ending them.
-- `moved_at`: when it was last moved to another time or room.
ALTER TABLE reservation_slots
    ADD COLUMN cancelled_at       timestamptz,
    ADD COLUMN cancel_message     text NOT NULL DEFAULT '',
    ADD COLUMN bookings_ended_at  timestamptz,
    ADD COLUMN moved_at           timestamptz,
    ADD CONSTRAINT reservation_slots_cancelled_is_closed CHECK (cancelled_at IS NULL OR status = 'CLOSED'),
    -- A cancelled performance leaves its room and hour to another one. NULL counts as one value here.
    DROP CONSTRAINT reservation_slots_once,
    ADD CONSTRAINT reservation_slots_once UNIQUE NULLS NOT DISTINCT (venue_id, date, start_time, room_id, cancelled_at, org_id);
CREATE INDEX reservation_slots_with_bookings_to_end ON reservation_slots (cancelled_at)
 WHERE cancelled_at IS NOT NULL AND bookings_ended_at IS NULL;

-- Bookings of a moved performance whose holders have not been told yet. `was` is its date, time and room as they know them. A row
-- goes in the transaction that writes the e-mail.
CREATE TABLE moved_bookings (
    org_id          bigint NOT NULL,
    reservation_id  bigint NOT NULL,
    slot_id         bigint NOT NULL,
    was             jsonb NOT NULL,
    message         text NOT NULL DEFAULT '',
    moved_at        timestamptz NOT NULL,
    PRIMARY KEY (org_id, reservation_id)
);
CREATE INDEX moved_bookings_of_slot ON moved_bookings (slot_id);

-- A poster's address has its hash and no organisation.
CREATE INDEX show_posters_by_hash ON show_posters (hash);
