-- Waiting rooms: what they stand in front of. Who waits is in Redis alone.

-- name: slot_for_sale
-- A slot that tickets book, of any organisation, with its free places. `on_sale`: it can be booked at $2.
SELECT org_id, venue_id, date, greatest(total_capacity - booked_count - held_count, 0)::bigint AS free, NULL::timestamptz AS opens_at,
       status = 'ACTIVE' AND ends_at > $2 AS on_sale
  FROM reservation_slots
 WHERE id = $1 AND show_id IS NULL AND NOT for_guests
 LIMIT 1;

-- name: day_for_sale
-- The slots of a day $2 that tickets of any organisation book at the venue $1, together. No row if there is none.
SELECT org_id, venue_id, date,
       coalesce(sum(greatest(total_capacity - booked_count - held_count, 0)) FILTER (WHERE status = 'ACTIVE' AND ends_at > $3), 0)::bigint AS free,
       NULL::timestamptz AS opens_at, bool_or(status = 'ACTIVE' AND ends_at > $3) AS on_sale
  FROM reservation_slots
 WHERE venue_id = $1 AND date = $2 AND show_id IS NULL AND NOT for_guests
 GROUP BY org_id, venue_id, date
 LIMIT 1;

-- name: performance_for_sale
-- A performance of a published show, of any organisation, with its free seats. `on_sale`: it can be booked at $2 or will open later.
SELECT s.org_id, s.venue_id, s.date, greatest(s.total_capacity - s.booked_count - s.held_count, 0)::bigint AS free,
       s.booking_opens_at AS opens_at,
       s.status = 'ACTIVE' AND s.ends_at > $2 AND NOT s.booking_closed AND (s.booking_closes_at IS NULL OR s.booking_closes_at > $2) AS on_sale
  FROM reservation_slots s
  JOIN shows w ON w.org_id = s.org_id AND w.id = s.show_id
 WHERE s.id = $1 AND w.status = 'PUBLISHED'
 LIMIT 1;
