-- Text messages about visits: who is to get one, once each.

-- name: texting_venues
-- The venues that send text messages, with what decides when.
SELECT org_id, id, timezone, text_messages, text_quiet_hours, reminder_hours FROM venues WHERE text_messages <> 'off';

-- name: slots_ahead
-- Slots of a venue that begin after $3 and at most $4 hours later, and have visitors to come.
SELECT s.id, s.starts_at
  FROM reservation_slots s
 WHERE s.org_id = $1 AND s.venue_id = $2 AND s.starts_at > $3::timestamptz AND s.starts_at <= $3 + make_interval(hours => $4)
   AND s.status = 'ACTIVE' AND s.booked_count > s.verified_count
 ORDER BY s.starts_at;

-- name: parties_to_confirm
-- At most $5 parties (by their link) that booked at a venue from $3 to $4, left a phone number, have a visit to come and no confirmation by
-- text message yet.
SELECT DISTINCT r.manage_token_hash
  FROM ticket_reservations r
  JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
 WHERE r.reserved_at >= $3 AND r.reserved_at <= $4 AND r.org_id = $1 AND r.venue_id = $2 AND r.status = 'RESERVED' AND r.customer_phone <> ''
   AND s.starts_at > $4
   AND NOT EXISTS (SELECT 1 FROM visit_texts m WHERE m.org_id = r.org_id AND m.reservation_id = r.id AND m.kind = 'confirmation')
 LIMIT $5;

-- name: parties_to_remind
-- At most $4 parties of slot $2 that had booked by $3, left a phone number, and have no reminder by text message yet.
SELECT DISTINCT r.manage_token_hash
  FROM ticket_reservations r
 WHERE r.org_id = $1 AND r.slot_id = $2 AND r.status = 'RESERVED' AND r.customer_phone <> '' AND r.reserved_at <= $3
   AND (r.moved_at IS NULL OR r.moved_at <= $3)
   AND NOT EXISTS (SELECT 1 FROM visit_texts m
                    WHERE m.org_id = r.org_id AND m.reservation_id = r.id AND m.slot_id = r.slot_id AND m.kind = 'reminder')
 LIMIT $4;

-- name: queue_texts
-- Records the text messages of kind $2 to these parties and queues one for each, with a new link. It is of use until $7, and before the visit.
-- Of a reminder ($8 hours) only the visits to slot $9 count. Skips what another process recorded first: the primary key decides, after
-- waiting for the other commit.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest($3::bytea[], $4::text[], $5::bytea[]) AS a (party, token, token_hash)
), texted AS (
    INSERT INTO visit_texts (org_id, reservation_id, slot_id, kind, texted_at)
    SELECT r.org_id, r.id, r.slot_id, $2::text, $6
      FROM asked a
      JOIN ticket_reservations r ON r.manage_token_hash = a.party
     WHERE r.org_id = $1 AND r.status = 'RESERVED' AND r.customer_phone <> '' AND ($9::bigint IS NULL OR r.slot_id = $9)
     ORDER BY r.id, r.slot_id
    ON CONFLICT (org_id, reservation_id, slot_id, kind) DO NOTHING
    RETURNING reservation_id
), parties AS MATERIALIZED (
    SELECT a.party, a.token, a.token_hash, min(r.customer_phone) AS phone, min(r.language) AS language, min(s.starts_at) AS starts_at,
           array_agg(r.id ORDER BY r.id) AS ids,
           bool_or(EXISTS (SELECT 1 FROM bookings b WHERE b.org_id = r.org_id AND b.id = r.ticket_id)) AS of_booking
      FROM asked a
      JOIN ticket_reservations r ON r.manage_token_hash = a.party AND r.org_id = $1
      JOIN texted t ON t.reservation_id = r.id
      JOIN reservation_slots s ON s.org_id = r.org_id AND s.id = r.slot_id
     GROUP BY 1, 2, 3
), linked AS (
    INSERT INTO manage_links (org_id, token_hash, stands_for, created_at) SELECT $1, token_hash, party, $6 FROM parties
)
INSERT INTO mail_outbox (org_id, kind, channel, reservation_id, recipient, payload, language, next_attempt_at, not_after)
SELECT $1, CASE WHEN of_booking THEN 'booking.' ELSE 'reservation.' END || CASE $2 WHEN 'reminder' THEN 'reminder' ELSE 'confirmed' END, 'sms',
       ids[1], phone, jsonb_build_object('manage_token', token, 'reservation_ids', to_jsonb(ids), 'hours', $8::integer), language, $6,
       least($7::timestamptz, starts_at)
  FROM parties
RETURNING id;
