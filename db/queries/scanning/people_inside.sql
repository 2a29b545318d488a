-- How many people are inside a venue now, by the counts that every entry, exit and return changes in its own transaction.

-- name: lock_venue
-- Makes the entries of a venue with a limit wait for one another, until the transaction ends. The counts must be read by a later
-- statement, because this one still sees those from before it waited. It is the first lock of its transaction, and no row: jobs
-- lock the row of a venue for as long as they like.
SELECT pg_advisory_xact_lock(7351, ($1::bigint % 2147483647)::integer);

-- name: people_inside
-- Who is inside venue $2 at $4, when its date is $3: of today, and of yesterday while one of its slots runs over midnight.
WITH days AS (
    SELECT $3::date AS date
     UNION
    SELECT s.date FROM reservation_slots s
     WHERE s.org_id = $1 AND s.venue_id = $2 AND s.date = $3::date - 1 AND s.starts_at <= $4 AND s.ends_at > $4
)
SELECT (coalesce((SELECT sum(s.verified_count) FROM reservation_slots s JOIN days d ON d.date = s.date
                   WHERE s.org_id = $1 AND s.venue_id = $2), 0)
      + coalesce((SELECT sum(w.entered) FROM walk_ins w JOIN days d ON d.date = w.date
                   WHERE w.org_id = $1 AND w.venue_id = $2), 0)
      - coalesce((SELECT sum(m.exited - m.reentered) FROM venue_movements m JOIN days d ON d.date = m.date
                   WHERE m.org_id = $1 AND m.venue_id = $2), 0))::integer AS inside;
