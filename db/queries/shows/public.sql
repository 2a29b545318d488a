-- Shows as the public sees them.

-- name: published_shows
-- The published shows of an organisation with a performance that is not over at $2. The next to be played comes first.
SELECT s.org_id, s.id AS show_id, s.status, s.title, s.subtitle, s.description, s.accessibility, s.consent, s.translations,
       s.duration_minutes, s.spoken_language, s.minimum_age, s.poster_hash, p.width AS poster_width,
       p.height AS poster_height, s.updated_at, s.venue_id, v.name AS venue_name, v.address AS venue_address, v.timezone, v.country,
       v.waitlist_offer_minutes IS NOT NULL AS has_waitlist
  FROM shows s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  JOIN LATERAL (SELECT min(r.starts_at) AS starts_at FROM reservation_slots r
                 WHERE r.show_id = s.id AND r.org_id = s.org_id AND r.ends_at > $2) n ON n.starts_at IS NOT NULL
  LEFT JOIN show_posters p ON p.org_id = s.org_id AND p.hash = s.poster_hash
 WHERE s.org_id = $1 AND s.status = 'PUBLISHED'
 ORDER BY n.starts_at, s.id;

-- name: shows_are_on
-- Whether an organisation has a published show with a performance that is not over at $2.
SELECT EXISTS (SELECT FROM shows s JOIN reservation_slots r ON r.show_id = s.id AND r.org_id = s.org_id AND r.ends_at > $2
                WHERE s.org_id = $1 AND s.status = 'PUBLISHED');

-- name: show_of_organisations
-- One show, whatever its status, if it belongs to one of these organisations.
SELECT s.org_id, s.id AS show_id, s.status, s.title, s.subtitle, s.description, s.accessibility, s.consent, s.translations,
       s.duration_minutes, s.spoken_language, s.minimum_age, s.poster_hash, p.width AS poster_width,
       p.height AS poster_height, s.updated_at, s.venue_id, v.name AS venue_name, v.address AS venue_address, v.timezone, v.country,
       v.waitlist_offer_minutes IS NOT NULL AS has_waitlist
  FROM shows s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN show_posters p ON p.org_id = s.org_id AND p.hash = s.poster_hash
 WHERE s.org_id = ANY ($1::bigint[]) AND s.id = $2
 LIMIT 1;

-- name: coming_performances
-- The performances of these shows that are not over at $3, in order of start.
SELECT r.id AS performance_id, r.show_id, r.date, r.start_time, r.end_time, r.starts_at, r.ends_at, r.status AS slot_status,
       r.total_capacity AS capacity, greatest(r.total_capacity - r.booked_count - r.held_count, 0) AS free, r.booking_opens_at,
       r.booking_closes_at, r.booking_closed, coalesce(r.largest_party, s.largest_party) AS largest_party,
       m.name AS room, m.accessibility AS room_accessibility
  FROM reservation_slots r
  JOIN shows s ON s.org_id = r.org_id AND s.id = r.show_id
  JOIN rooms m ON m.org_id = r.org_id AND m.id = r.room_id
 WHERE r.show_id = ANY ($2::bigint[]) AND r.org_id = $1 AND r.ends_at > $3
 ORDER BY r.starts_at, r.id;

-- name: other_performances
-- The performances of the same show that are not over at $3, without this one. Nothing if it
-- belongs to no show, or to one that is not published.
SELECT r.id AS performance_id, r.show_id, r.date, r.start_time, r.end_time, r.starts_at, r.ends_at, r.status AS slot_status,
       r.total_capacity AS capacity, greatest(r.total_capacity - r.booked_count - r.held_count, 0) AS free, r.booking_opens_at,
       r.booking_closes_at, r.booking_closed, coalesce(r.largest_party, s.largest_party) AS largest_party,
       m.name AS room, m.accessibility AS room_accessibility
  FROM reservation_slots wanted
  JOIN reservation_slots r ON r.show_id = wanted.show_id AND r.org_id = wanted.org_id AND r.id <> wanted.id AND r.ends_at > $3
  JOIN shows s ON s.org_id = r.org_id AND s.id = r.show_id AND s.status = 'PUBLISHED'
  JOIN rooms m ON m.org_id = r.org_id AND m.id = r.room_id
 WHERE wanted.org_id = $1 AND wanted.id = $2
 ORDER BY abs(extract(epoch FROM r.starts_at - wanted.starts_at)), r.starts_at, r.id;
