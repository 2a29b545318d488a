-- Reminders: which party to remind of which slot, once each.

-- name: slots_ahead
-- Slots that begin after $1 and within their venue's longest reminder time, with the venue's reminder hours.
SELECT s.org_id, s.id, s.starts_at, v.reminder_hours
  FROM reservation_slots s
  JOIN venues v ON v.org_id = s.org_id AND v.id = s.venue_id
 WHERE s.starts_at > $1::timestamptz
   AND s.starts_at <= $1 + make_interval(hours => (SELECT coalesce(max(h), 0) FROM venues, unnest(reminder_hours) h))
   AND s.starts_at <= $1 + make_interval(hours => (SELECT coalesce(max(h), 0) FROM unnest(v.reminder_hours) h))
   AND s.status = 'ACTIVE' AND s.booked_count > s.verified_count
 ORDER BY s.starts_at;

-- name: parties_to_remind
-- At most $5 parties of a slot (by their link) that had booked by $4 and have not had the reminder of $3 hours.
SELECT DISTINCT r.manage_token_hash
  FROM ticket_reservations r
 WHERE r.org_id = $1 AND r.slot_id = $2 AND r.status = 'RESERVED' AND r.customer_email <> '' AND r.reserved_at <= $4
   AND (r.moved_at IS NULL OR r.moved_at <= $4)
   AND NOT EXISTS (SELECT 1 FROM reminders m
                    WHERE m.org_id = r.org_id AND m.reservation_id = r.id AND m.slot_id = r.slot_id AND m.hours = $3)
 LIMIT $5;

-- name: remind
-- Records the reminders and queues one e-mail per party with a new link. Skips what another process recorded first: the primary
-- key decides, after waiting for the other commit.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($4::bytea[], $5::text[], $6::bytea[]) AS a (party, token, token_hash)
), reminded AS (
    INSERT INTO reminders (org_id, reservation_id, slot_id, hours, reminded_at)
    SELECT r.org_id, r.id, r.slot_id, $3, $7
      FROM asked a
      JOIN ticket_reservations r ON r.manage_token_hash = a.party
     WHERE r.org_id = $1 AND r.slot_id = $2 AND r.status = 'RESERVED' AND r.reserved_at <= $8
       AND (r.moved_at IS NULL OR r.moved_at <= $8)
     ORDER BY r.id
    ON CONFLICT (org_id, reservation_id, slot_id, hours) DO NOTHING
    RETURNING reservation_id
), parties AS MATERIALIZED (
    SELECT a.party, a.token, a.token_hash, min(r.customer_email) AS email, min(r.language) AS language,
           array_agg(r.id ORDER BY r.id) AS ids,
           bool_or(EXISTS (SELECT 1 FROM bookings b WHERE b.org_id = r.org_id AND b.id = r.ticket_id)) AS of_booking
      FROM asked a
      JOIN ticket_reservations r ON r.manage_token_hash = a.party AND r.org_id = $1
      JOIN reminded m ON m.reservation_id = r.id
     GROUP BY 1, 2, 3
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at) SELECT $1, token_hash, party, $7 FROM parties
)
INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, language, next_attempt_at, not_after)
SELECT $1, CASE WHEN of_booking THEN 'booking.reminder' ELSE 'reservation.reminder' END, ids[1], email,
       jsonb_build_object('manage_token', token, 'reservation_ids', to_jsonb(ids), 'hours', $3::integer), language, $7, $9
  FROM parties
RETURNING id;
