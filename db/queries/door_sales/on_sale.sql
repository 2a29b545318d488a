-- What a seller at a gate chooses from. Nothing here locks or writes; the sale itself is made of the statements of orders, bookings
-- and entries.

-- name: products_on_sale
-- At most $4 products that are sold at the gates of venue $2 and have not had their last day before $3, by name.
SELECT id, name, name_zh, note, note_zh, question, question_zh FROM products
 WHERE org_id = $1 AND (venue_id IS NULL OR venue_id = $2) AND archived_at IS NULL AND sold_at_door
   AND (valid_until IS NULL OR valid_until >= $3)
 ORDER BY lower(name), id
 LIMIT $4;

-- name: slots_on_sale
-- The slots of a venue's day that a ticket can be booked into and that have not ended at $4, in order of time, with their free places.
SELECT id AS slot_id, date, start_time, end_time, starts_at <= $4 AS is_running,
       greatest(total_capacity - booked_count - held_count, 0) AS free
  FROM reservation_slots
 WHERE org_id = $1 AND venue_id = $2 AND date = $3 AND status = 'ACTIVE' AND show_id IS NULL AND ends_at > $4
 ORDER BY starts_at, id;
