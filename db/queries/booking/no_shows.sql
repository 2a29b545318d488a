-- No-shows: releases the places of visitors who did not come, by the venue's policy. Of a party that came in part the places are
-- kept: its reservation is VERIFIED from the first person on, and the others may come until the end. Guests keep their places.

-- name: slots_with_no_shows
-- Current slots with unused reservations past their deadline `latest`. A customer who booked or moved into a slot that had
-- begun has the policy's minutes from that time on.
SELECT s.org_id, s.id, l.latest
  FROM reservation_slots s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
  CROSS JOIN LATERAL (SELECT $1::timestamptz - make_interval(mins => v.no_show_release_minutes) AS latest) l
 WHERE s.expired_at IS NULL AND s.ends_at > $1 AND s.starts_at <= l.latest AND s.booked_count > s.verified_count
   AND EXISTS (SELECT 1 FROM ticket_reservations r
                WHERE r.org_id = s.org_id AND r.slot_id = s.id AND r.status = 'RESERVED'
                  AND r.reserved_at <= l.latest AND (r.moved_at IS NULL OR r.moved_at <= l.latest)
                  AND NOT EXISTS (SELECT 1 FROM guests g WHERE g.org_id = r.org_id AND g.id = r.ticket_id))
 ORDER BY s.starts_at, s.id
 LIMIT 100;

-- name: lock_no_shows
-- The tickets of these reservations in one slot, at most $4, locked in order of id. $5 has the statuses of a reservation: EXPIRED
-- is one too after the slot has ended.
SELECT t.id
  FROM tickets t
 WHERE t.org_id = $1
   AND t.id IN (SELECT r.ticket_id FROM ticket_reservations r
                 WHERE r.org_id = $1 AND r.slot_id = $2 AND r.status = ANY ($5::text[]) AND r.reserved_at <= $3
                   AND (r.moved_at IS NULL OR r.moved_at <= $3)
                   AND NOT EXISTS (SELECT 1 FROM guests g WHERE g.org_id = r.org_id AND g.id = r.ticket_id)
                 ORDER BY r.ticket_id LIMIT $4)
 ORDER BY t.id
   FOR NO KEY UPDATE;

-- name: count_no_shows
-- How many people of slot $2 have not come, of those booked until $3 with a status in $4, and the slot's times.
SELECT s.venue_id, s.starts_at, s.ends_at,
       coalesce((SELECT sum(r.places) FROM ticket_reservations r
                  WHERE r.org_id = s.org_id AND r.slot_id = s.id AND r.status = ANY ($4::text[])
                    AND r.reserved_at <= $3 AND (r.moved_at IS NULL OR r.moved_at <= $3)
                    AND NOT EXISTS (SELECT 1 FROM guests g WHERE g.org_id = r.org_id AND g.id = r.ticket_id)), 0)::integer AS people
  FROM reservation_slots s WHERE s.org_id = $1 AND s.id = $2;

-- name: release_no_shows
-- Cancels the reservations of the locked tickets, makes the tickets usable again, frees the places or holds them for the waiting
-- list, and queues one e-mail per party. A booking ends with its ticket: both are CANCELLED. A visitor who entered during the wait
-- for the locks keeps the place. Returns all counts of the slot, the tickets' codes and the number of places; no rows if everybody
-- had come.
WITH released AS (
    UPDATE ticket_reservations r
       SET status = 'CANCELLED', cancelled_at = $4, cancel_cause = 'no_show',
           calendar_sequence = r.calendar_sequence + 1
      FROM tickets t
     WHERE r.org_id = $1 AND r.slot_id = $2 AND r.ticket_id = ANY ($3::bigint[]) AND r.status = ANY ($6::text[])
       AND r.reserved_at <= $5 AND (r.moved_at IS NULL OR r.moved_at <= $5)
       AND t.org_id = r.org_id AND t.id = r.ticket_id AND t.verified_at IS NULL
    RETURNING r.org_id, r.id, r.ticket_id, r.slot_id, r.places, r.manage_token_hash, r.customer_email, r.language, t.channel
), freed AS (
    UPDATE tickets t
       SET status = CASE t.channel WHEN 'ota' THEN t.status WHEN 'booking' THEN 'CANCELLED' ELSE 'ACTIVATED' END,
           reserved_at = NULL, version = t.version + 1
      FROM released r
     WHERE t.org_id = r.org_id AND t.id = r.ticket_id
    RETURNING t.code
), ended AS (
    UPDATE bookings b SET status = 'CANCELLED', ended_at = $4, end_cause = 'no_show'
      FROM released r WHERE r.channel = 'booking' AND b.org_id = r.org_id AND b.id = r.ticket_id
), mailed AS (
    INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at)
    SELECT r.org_id, CASE WHEN bool_or(r.channel = 'booking') THEN 'booking.cancelled' ELSE 'reservation.cancelled' END,
           min(r.id), min(r.customer_email),
           jsonb_build_object('reservation_ids', to_jsonb(array_agg(r.id ORDER BY r.id)), 'cause', 'no_show'),
           min(r.language), $4
      FROM released r
     GROUP BY r.org_id, r.manage_token_hash
), held AS MATERIALIZED (
    SELECT s.*
      FROM (SELECT org_id, slot_id FROM released LIMIT 1) w
      JOIN reservation_slots s ON s.org_id = w.org_id AND s.id = w.slot_id
       FOR NO KEY UPDATE OF s
), counted AS (
    UPDATE reservation_slots s
       SET booked_count = h.booked_count - n.places,
           held_count = h.held_count + CASE WHEN h.has_waitlist AND h.ends_at > $4 THEN n.places ELSE 0 END,
           total_capacity = h.total_capacity, verified_count = h.verified_count, revision = h.revision + 1, updated_at = $4
      FROM held h, (SELECT sum(places)::integer AS places FROM released) n
     WHERE s.org_id = h.org_id AND s.id = h.id
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count,
              s.verified_count, s.held_count, s.revision
)
SELECT c.*, (SELECT array_agg(code) FROM freed) AS codes, (SELECT sum(places)::integer FROM released) AS places FROM counted c;
