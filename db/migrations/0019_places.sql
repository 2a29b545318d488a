-- Bookings end for one more cause than tickets do, and a wait for a performance has no telephone number.

-- `performance`: the performance was cancelled, and with it everything booked for it.
ALTER TABLE ticket_reservations
    DROP CONSTRAINT ticket_reservations_cancel_cause_check,
    ADD CONSTRAINT ticket_reservations_cancel_cause_check CHECK (cancel_cause IN ('holder', 'staff', 'no_show', 'performance'));
