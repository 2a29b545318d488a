-- The manifest: the day's list for offline scanners.

-- name: manifest_slots
-- Every slot of a venue's day and of the days before and after, whose entry windows may cross midnight, in order of time.
SELECT id, date, start_time, end_time, starts_at, ends_at, check_in_opens_minutes, check_in_closes_minutes, booked_count
  FROM reservation_slots
 WHERE org_id = $1 AND venue_id = $2 AND date BETWEEN $3::date - 1 AND $3::date + 1
 ORDER BY starts_at, id;

-- name: manifest_tickets
-- Every ticket with a reservation in one of these slots, in order of code, and when its holder left if they are out: the last of
-- a party, if nobody of it is inside. `together` is the same for tickets that were booked together. Reads no personal data.
-- With $3 other than 1, only part $4 of so many parts of the tickets: by a hash, because the numbers of a slot's tickets may have a step.
SELECT t.code, t.status, r.slot_id, t.valid_until, t.channel, t.verified_at, t.verified_gate,
       CASE WHEN b.out >= r.admitted THEN b.left_at END AS left_at, r.places, r.admitted,
       CASE WHEN r.booked_together > 1 THEN r.manage_token_hash END AS together, t.product_id
  FROM ticket_reservations r
  JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id
  LEFT JOIN LATERAL (SELECT max(b.left_at) AS left_at, count(*) AS out FROM ticket_absences b
                      WHERE t.verified_at IS NOT NULL AND b.ticket_id = t.id AND b.org_id = t.org_id
                        AND b.returned_at IS NULL) b ON true
 WHERE r.slot_id = ANY ($2::bigint[]) AND r.org_id = $1 AND r.holds_place AND ($3::bigint = 1 OR abs(hashint8(r.ticket_id)::bigint) % $3 = $4::bigint)
 ORDER BY t.code;
