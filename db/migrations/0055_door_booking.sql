-- Who may book a place at the gate for a visitor with a ticket, and admit them: nobody, managers, or every operator.
ALTER TABLE venues ADD COLUMN door_booking text NOT NULL DEFAULT 'operators' CHECK (door_booking IN ('off', 'managers', 'operators'));

-- The entry for which a reservation was made at the gate. The undo of that entry ends the reservation too.
ALTER TABLE ticket_reservations ADD COLUMN gate_scan_id uuid;
