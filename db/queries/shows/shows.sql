-- Shows, as their organiser sees and changes them, and their posters.

-- name: add_show
-- Adds a draft to a venue of the organisation and returns its id; nothing if the organisation has no such venue.
INSERT INTO shows (org_id, venue_id, title, subtitle, description, translations, duration_minutes, spoken_language, minimum_age,
                   accessibility, consent, largest_party, created_at, updated_at)
SELECT v.org_id, v.id, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13, $13
  FROM venues v WHERE v.org_id = $1 AND v.id = $2
RETURNING id;

-- name: read_show
-- One show with its poster's size and its performances to come at $3.
SELECT s.id AS show_id, s.org_id, s.venue_id, v.name AS venue, v.timezone, s.title, s.subtitle, s.description, s.translations,
       s.duration_minutes, s.spoken_language, s.minimum_age, s.accessibility, s.consent, s.largest_party, s.status, s.poster_hash,
       p.width AS poster_width, p.height AS poster_height, s.version, s.created_at, s.updated_at, n.all_of_them, n.to_come, n.next_at
  FROM shows s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN show_posters p ON p.org_id = s.org_id AND p.hash = s.poster_hash
  CROSS JOIN LATERAL (SELECT count(*) AS all_of_them, count(*) FILTER (WHERE r.ends_at > $3 AND r.status = 'ACTIVE') AS to_come,
                             min(r.starts_at) FILTER (WHERE r.ends_at > $3 AND r.status = 'ACTIVE') AS next_at
                        FROM reservation_slots r WHERE r.show_id = s.id AND r.org_id = s.org_id) n
 WHERE s.org_id = $1 AND s.id = $2;

-- name: list_shows
-- The shows of an organisation, or of its venue $2 or with the status $3, with ids below $4, newest first.
SELECT s.id AS show_id, s.org_id, s.venue_id, v.name AS venue, v.timezone, s.title, s.subtitle, s.description, s.translations,
       s.duration_minutes, s.spoken_language, s.minimum_age, s.accessibility, s.consent, s.largest_party, s.status, s.poster_hash,
       p.width AS poster_width, p.height AS poster_height, s.version, s.created_at, s.updated_at, n.all_of_them, n.to_come, n.next_at
  FROM shows s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  LEFT JOIN show_posters p ON p.org_id = s.org_id AND p.hash = s.poster_hash
  CROSS JOIN LATERAL (SELECT count(*) AS all_of_them, count(*) FILTER (WHERE r.ends_at > $6 AND r.status = 'ACTIVE') AS to_come,
                             min(r.starts_at) FILTER (WHERE r.ends_at > $6 AND r.status = 'ACTIVE') AS next_at
                        FROM reservation_slots r WHERE r.show_id = s.id AND r.org_id = s.org_id) n
 WHERE s.org_id = $1 AND ($2::bigint IS NULL OR s.venue_id = $2) AND ($3::text IS NULL OR s.status = $3) AND s.id < $4
 ORDER BY s.id DESC LIMIT $5;

-- name: lock_show
-- A show, locked: nobody changes it or adds a performance of it until the transaction ends.
SELECT w.*, v.timezone
  FROM shows w
  JOIN venues v ON v.org_id = w.org_id AND v.id = w.venue_id
 WHERE w.org_id = $1 AND w.id = $2
   FOR NO KEY UPDATE OF w;

-- name: write_show
-- Writes every field of a show that the caller has locked.
UPDATE shows
   SET title = $3, subtitle = $4, description = $5, translations = $6::jsonb, duration_minutes = $7, spoken_language = $8,
       minimum_age = $9, accessibility = $10, consent = $11, largest_party = $12, status = $13, version = version + 1, updated_at = $14
 WHERE org_id = $1 AND id = $2;

-- name: lock_performances_of_show
-- The performances of a show that are not over at $3 and not cancelled, locked in order of id: no place of them is taken until the
-- transaction ends.
SELECT s.id FROM reservation_slots s
 WHERE s.show_id = $2 AND s.org_id = $1 AND s.ends_at > $3 AND s.status = 'ACTIVE'
 ORDER BY s.id
   FOR NO KEY UPDATE;

-- name: performances_with_bookings
-- Those of these performances that people are booked for or have asked to book, with the number of their bookings.
SELECT s.id, s.date, s.start_time, s.booked_count, b.confirmed, b.pending
  FROM reservation_slots s
  CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE b.status = 'CONFIRMED') AS confirmed,
                             count(*) FILTER (WHERE b.status = 'PENDING' AND b.expires_at > $3) AS pending
                        FROM bookings b WHERE b.slot_id = s.id AND b.org_id = s.org_id) b
 WHERE s.org_id = $1 AND s.id = ANY ($2::bigint[]) AND b.confirmed + b.pending > 0
 ORDER BY s.starts_at, s.id;

-- name: delete_show
-- Deletes a show without performances; returns nothing if it has some, or is not there.
DELETE FROM shows w
 WHERE w.org_id = $1 AND w.id = $2
   AND NOT EXISTS (SELECT 1 FROM reservation_slots s WHERE s.show_id = w.id AND s.org_id = w.org_id)
RETURNING w.id;

-- name: store_poster
-- Stores an image, unless the organisation has it already.
INSERT INTO show_posters (org_id, hash, media_type, width, height, image, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (org_id, hash) DO NOTHING;

-- name: set_poster
-- Gives a show that the caller has locked this poster, or none.
UPDATE shows SET poster_hash = $3, version = version + 1, updated_at = $4 WHERE org_id = $1 AND id = $2;

-- name: drop_poster
-- Deletes an image that no show of the organisation has.
DELETE FROM show_posters p
 WHERE p.org_id = $1 AND p.hash = $2
   AND NOT EXISTS (SELECT 1 FROM shows s WHERE s.org_id = p.org_id AND s.poster_hash = p.hash);

-- name: read_poster
-- An image by its hash, whatever the organisation: whoever knows the hash has seen its address.
SELECT media_type, image FROM show_posters WHERE hash = $1 LIMIT 1;
