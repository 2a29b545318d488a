-- Postgres reads the text of every CHECK and of every trigger's WHEN again in each statement that writes a row of the table: a tenth of the
-- statement that writes a batch of scans. Columns that scans and bookings leave alone are checked by a trigger for these columns instead.
-- An AFTER trigger, because a BEFORE UPDATE trigger locks each row once more, whatever its columns.

-- For the triggers below: refuse the row as its CHECK did.
CREATE FUNCTION refuse_row(broken text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row violates "%"', broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
END $$;

-- As with a CHECK, what is NULL violates nothing.
CREATE FUNCTION check_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NEW.activation_mode NOT IN ('immediate', 'deferred') THEN 'tickets_activation_mode_check'
        WHEN NEW.channel NOT IN ('direct', 'mini_program', 'ota', 'booking', 'guest') THEN 'tickets_channel_check'
        WHEN NEW.code = '' OR length(NEW.code) > 64 THEN 'tickets_code_check'
        WHEN NEW.channel NOT IN ('booking', 'guest') AND (NEW.order_id IS NULL OR NEW.product_id IS NULL) THEN 'tickets_sold_or_booked'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        PERFORM refuse_row(broken);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_check AFTER INSERT OR UPDATE OF activation_mode, channel, code, order_id, product_id ON tickets
    FOR EACH ROW EXECUTE FUNCTION check_ticket();
ALTER TABLE tickets
    DROP CONSTRAINT tickets_activation_mode_check,
    DROP CONSTRAINT tickets_channel_check,
    DROP CONSTRAINT tickets_code_check,
    DROP CONSTRAINT tickets_sold_or_booked;

CREATE FUNCTION check_slot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NEW.ends_at <= NEW.starts_at THEN 'reservation_slots_check'
        WHEN NEW.status NOT IN ('ACTIVE', 'CLOSED') THEN 'reservation_slots_status_check'
        WHEN (NEW.show_id IS NULL) <> (NEW.room_id IS NULL) THEN 'reservation_slots_check1'
        WHEN NEW.cancelled_at IS NOT NULL AND NEW.status <> 'CLOSED' THEN 'reservation_slots_cancelled_is_closed'
        WHEN NEW.for_guests AND (NEW.status <> 'CLOSED' OR NEW.show_id IS NOT NULL) THEN 'reservation_slots_for_guests_is_closed'
        WHEN NEW.additional_seats < 0 THEN 'reservation_slots_additional_seats_check'
        WHEN NEW.occupied_seats < 0 THEN 'reservation_slots_occupied_seats_check'
        WHEN NEW.largest_party NOT BETWEEN 1 AND 1000 THEN 'reservation_slots_largest_party_check'
        WHEN NEW.check_in_opens_minutes NOT BETWEEN 0 AND 1440 THEN 'reservation_slots_check_in_opens_minutes_check'
        WHEN NEW.check_in_closes_minutes NOT BETWEEN 0 AND 1440 THEN 'reservation_slots_check_in_closes_minutes_check'
    END;
BEGIN
    IF broken IS NOT NULL THEN
        PERFORM refuse_row(broken);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER reservation_slots_check
    AFTER INSERT OR UPDATE OF starts_at, ends_at, status, show_id, room_id, cancelled_at, for_guests, additional_seats, occupied_seats,
                              largest_party, check_in_opens_minutes, check_in_closes_minutes ON reservation_slots
    FOR EACH ROW EXECUTE FUNCTION check_slot();
-- The total is not negative by `reservation_slots_never_overbooked`: it is no less than two counts that are not negative.
ALTER TABLE reservation_slots
    DROP CONSTRAINT reservation_slots_check,
    DROP CONSTRAINT reservation_slots_status_check,
    DROP CONSTRAINT reservation_slots_check1,
    DROP CONSTRAINT reservation_slots_cancelled_is_closed,
    DROP CONSTRAINT reservation_slots_for_guests_is_closed,
    DROP CONSTRAINT reservation_slots_additional_seats_check,
    DROP CONSTRAINT reservation_slots_occupied_seats_check,
    DROP CONSTRAINT reservation_slots_largest_party_check,
    DROP CONSTRAINT reservation_slots_check_in_opens_minutes_check,
    DROP CONSTRAINT reservation_slots_check_in_closes_minutes_check,
    DROP CONSTRAINT reservation_slots_total_capacity_check;

-- The events of webhooks, by the columns that every such change sets: `activated_at` by each activation, `cancelled_at` by each cancellation.
DROP TRIGGER tickets_write_events ON tickets;
CREATE TRIGGER tickets_write_events AFTER UPDATE OF activated_at ON tickets
    FOR EACH ROW WHEN (NEW.status = 'ACTIVATED' AND OLD.status IN ('INACTIVE', 'PENDING_PAYMENT') AND NEW.channel NOT IN ('booking', 'guest'))
    EXECUTE FUNCTION write_ticket_event();
DROP TRIGGER ticket_reservations_write_events ON ticket_reservations;
CREATE TRIGGER ticket_reservations_write_events AFTER UPDATE OF slot_id, cancelled_at ON ticket_reservations
    FOR EACH ROW WHEN (NEW.slot_id <> OLD.slot_id OR (NEW.status = 'CANCELLED' AND OLD.status <> 'CANCELLED'))
    EXECUTE FUNCTION write_reservation_event();

-- A scan sets the number of bookings to itself. So WHEN is as short as can be, and whether the slot is full now is asked in the function.
CREATE OR REPLACE FUNCTION write_slot_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event text := CASE
        WHEN TG_ARGV[0] = 'closed' THEN CASE WHEN NEW.status = 'CLOSED' THEN 'slot.closed' END
        WHEN NEW.status = 'ACTIVE' AND NEW.booked_count + NEW.held_count >= NEW.total_capacity
            AND OLD.booked_count + OLD.held_count < OLD.total_capacity THEN 'slot.full' END;
BEGIN
    IF event IS NOT NULL AND webhook_wanted(NEW.org_id, event, NEW.venue_id) THEN
        INSERT INTO webhook_inbox (org_id, kind, object, venue_id, at, data)
        VALUES (NEW.org_id, event, 'slot:' || NEW.id, NEW.venue_id, NEW.updated_at,
                jsonb_strip_nulls(jsonb_build_object('slot_id', NEW.id, 'date', NEW.date, 'start_time', NEW.start_time,
                    'end_time', NEW.end_time, 'capacity', NEW.total_capacity, 'booked', NEW.booked_count, 'show_id', NEW.show_id)));
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER reservation_slots_write_events ON reservation_slots;
CREATE TRIGGER reservation_slots_write_closed AFTER UPDATE OF status ON reservation_slots
    FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION write_slot_event('closed');
CREATE TRIGGER reservation_slots_write_full AFTER UPDATE OF booked_count ON reservation_slots
    FOR EACH ROW WHEN (NEW.booked_count > OLD.booked_count) EXECUTE FUNCTION write_slot_event('full');
