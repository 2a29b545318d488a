-- Figures of many days of a large venue: what would be counted again from a million rows at every look.

-- The scans of a day that is over, by slot and answer, as `scans_of_day` counted them: the log only grows at its end, so they
-- stay as they are. Without those that scanners synced, which may come at any time. Named by its bounds and not by its date:
-- should the venue's time zone change, its days are other days.
CREATE TABLE scan_tallies (
    org_id     bigint NOT NULL,
    venue_id   bigint NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    tallies    jsonb NOT NULL,
    PRIMARY KEY (org_id, venue_id, starts_at, ends_at)
);

-- What was booked on a day, without touching the reservations: most tickets are booked on the day they are checked. Ascending,
-- so a booking writes at its right end.
CREATE INDEX ticket_reservations_by_time ON ticket_reservations (reserved_at) INCLUDE (ticket_id, org_id);

-- What was given back of a slot; what was not is its `booked_count`.
CREATE INDEX ticket_reservations_given_back_of_slot ON ticket_reservations (slot_id) INCLUDE (org_id, cancel_cause) WHERE NOT holds_place;
