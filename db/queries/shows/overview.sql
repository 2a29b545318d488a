-- What the organiser's pages draw: the next performances of shows, and the months of one show.

-- name: next_performances
-- The next $4 performances of each of these shows that are neither cancelled nor over at $3, with the number and the places of all.
SELECT n.performance_id, n.show_id, n.date, n.start_time, n.capacity, n.booked, n.held, n.admitted, n.all_of_them, n.all_places,
       n.all_booked
  FROM (SELECT s.id AS performance_id, s.show_id, s.date, s.start_time, s.total_capacity AS capacity, s.booked_count AS booked,
               s.held_count AS held, s.verified_count AS admitted, count(*) OVER whole AS all_of_them,
               sum(s.total_capacity) OVER whole AS all_places, sum(s.booked_count) OVER whole AS all_booked,
               row_number() OVER (PARTITION BY s.show_id ORDER BY s.starts_at, s.id) AS n
          FROM reservation_slots s
         WHERE s.show_id = ANY ($2::bigint[]) AND s.org_id = $1 AND s.ends_at > $3 AND s.status = 'ACTIVE'
        WINDOW whole AS (PARTITION BY s.show_id)) n
 WHERE n.n <= $4
 ORDER BY n.show_id, n.n;

-- name: months_of_show
-- The months with performances of a show in order, with the places of those that are not cancelled.
SELECT date_trunc('month', s.date)::date AS month, count(*) AS performances,
       coalesce(sum(s.total_capacity) FILTER (WHERE s.status = 'ACTIVE'), 0) AS capacity,
       coalesce(sum(s.booked_count) FILTER (WHERE s.status = 'ACTIVE'), 0) AS booked,
       coalesce(sum(s.held_count) FILTER (WHERE s.status = 'ACTIVE'), 0) AS held,
       coalesce(sum(s.verified_count) FILTER (WHERE s.status = 'ACTIVE'), 0) AS admitted
  FROM reservation_slots s
 WHERE s.show_id = $2 AND s.org_id = $1
 GROUP BY 1
 ORDER BY 1;

-- name: pending_requests
-- The number of requests that are not confirmed at $3, for each of these performances that has some.
SELECT b.slot_id AS performance_id, count(*) AS pending, sum(b.party_size) AS people
  FROM bookings b
 WHERE b.slot_id = ANY ($2::bigint[]) AND b.org_id = $1 AND b.status = 'PENDING' AND b.expires_at > $3
 GROUP BY b.slot_id;
