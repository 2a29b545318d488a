-- The calendar: slots as customers see them.

-- name: slots_between
-- The slots of an organisation in a span of days, both included, in order of day, time and id: those that tickets book, or
-- the performances of the show $4. A performance whose booking is closed by hand is CLOSED here.
SELECT id, venue_id, date, start_time, end_time, ends_at, total_capacity, booked_count, held_count, revision,
       CASE WHEN booking_closed THEN 'CLOSED' ELSE status END AS status
  FROM reservation_slots
 WHERE org_id = $1 AND date BETWEEN $2 AND $3 AND show_id IS NOT DISTINCT FROM $4 AND NOT for_guests
 ORDER BY date, start_time, id;

-- name: slot_day
-- Venue, day and time of a slot, for finding alternatives to it.
SELECT venue_id, date, start_time FROM reservation_slots WHERE org_id = $1 AND id = $2;
