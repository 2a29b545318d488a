-- The slot from which a reservation was moved at the gate for the entry `gate_scan_id`. The undo of that entry moves it back.
ALTER TABLE ticket_reservations ADD COLUMN gate_from_slot_id bigint;
