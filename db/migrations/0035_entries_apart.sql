-- An entry counts for the day and venue where somebody came in, also if their slot is another.

-- People of the slot whose entry counts elsewhere: a supervisor let them in on another day or at another venue. They are in no
-- `verified_count`; `walk_ins` of the day and venue where they came in has them. Their rows of `scans` have a reservation and no slot.
ALTER TABLE reservation_slots ADD COLUMN entered_apart integer NOT NULL DEFAULT 0 CHECK (entered_apart >= 0);
ALTER TYPE judged_scan ADD ATTRIBUTE day date;
ALTER TYPE judged_movement ADD ATTRIBUTE day date;
