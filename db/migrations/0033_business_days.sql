-- A day at the gates is the venue's business day: a slot over midnight belongs to the day it begins.

-- The business day of a scan, where it is not the date of its moment at the venue; NULL where it is. So most scans are in no further
-- index.
ALTER TABLE scans ADD COLUMN day date;
CREATE INDEX scans_of_another_day ON scans (venue_id, org_id, day) WHERE day IS NOT NULL;

-- The venue cache asks for slots that end on a later date than they begin. No count changes these columns.
CREATE INDEX reservation_slots_over_midnight ON reservation_slots (venue_id, date) WHERE end_time <= start_time;
