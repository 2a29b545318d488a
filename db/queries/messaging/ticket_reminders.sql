-- Reminders of tickets without a reservation: how far each venue has come, and the e-mails to whom is next.

-- name: venues_that_remind
-- The venues that remind and have a place to book in a slot after $1. `is_first` is the venue of products that are valid at every one.
SELECT v.org_id, v.id, v.unbooked_reminder_days AS days, v.language,
       v.id = (SELECT min(f.id) FROM venues f WHERE f.org_id = v.org_id) AS is_first
  FROM venues v
 WHERE v.unbooked_reminder_days IS NOT NULL AND v.unreserved_entry = 'deny'
   AND EXISTS (SELECT 1 FROM reservation_slots s
                WHERE s.org_id = v.org_id AND s.venue_id = v.id AND s.starts_at > $1 AND s.status = 'ACTIVE' AND s.show_id IS NULL
                  AND s.booked_count + s.held_count < s.total_capacity);

-- name: begin
-- A venue begins with the tickets that are due from $3 on.
INSERT INTO ticket_reminders (org_id, venue_id, paid_until, order_id, ticket_id) VALUES ($1, $2, $3, 0, 0)
ON CONFLICT (org_id, venue_id) DO NOTHING;

-- name: take_turn
-- How far the venue has come, locked. Returns nothing while another process writes its reminders.
SELECT paid_until, order_id, ticket_id FROM ticket_reminders WHERE org_id = $1 AND venue_id = $2 FOR NO KEY UPDATE SKIP LOCKED;

-- name: queue_reminders
-- Queues the e-mails to the people of the next $8 orders that were paid until $7, looking at $9 of them at most: those after order $5, paid at $4, and after
-- the people in it whose first ticket is $6 or below. Each gets one about those of the order's tickets that were never booked, wait for no place
-- and can be used at $10. Only tickets of venue $2 count, and with $3 those valid at every venue.
-- Returns how many e-mails, people and orders these were, and the last person and order among them.
WITH due AS MATERIALIZED (
    SELECT o.id, o.paid_at, o.customer_email, o.language
      FROM orders o
     WHERE o.org_id = $1 AND o.status = 'PAID' AND o.mails AND (o.paid_at, o.id) >= ($4::timestamptz, $5::bigint) AND o.paid_at <= $7
     ORDER BY o.paid_at, o.id
     LIMIT $8
), sold AS (
    SELECT d.id AS order_id, d.paid_at, d.language, t.id, coalesce(t.customer_email, d.customer_email) AS recipient
      FROM due d
      JOIN tickets t ON t.order_id = d.id AND t.org_id = $1
      JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
     WHERE t.channel NOT IN ('booking', 'guest') AND (p.venue_id = $2 OR (p.venue_id IS NULL AND $3))
), people AS MATERIALIZED (
    -- Only of these people are the tickets looked at: the order of an import has up to 100,000.
    SELECT paid_at, order_id, min(id) AS first_id, min(recipient) AS recipient, min(language) AS language, array_agg(id) AS ids
      FROM sold
     WHERE recipient <> ''
     GROUP BY paid_at, order_id, lower(recipient)
    HAVING (paid_at, order_id, min(id)) > ($4, $5, $6::bigint)
     ORDER BY 1, 2, 3
     LIMIT $9
), queued AS (
    INSERT INTO mail_outbox (org_id, kind, recipient, payload, language, next_attempt_at)
    SELECT $1, 'order.reminder', recipient, jsonb_build_object('order_id', order_id, 'ticket_ids', to_jsonb(ticket_ids)),
           coalesce(language, $11), $10
      FROM people
     CROSS JOIN LATERAL (SELECT (array_agg(t.id ORDER BY t.id))[1:500] AS ticket_ids
                           FROM tickets t
                          WHERE t.org_id = $1 AND t.id = ANY (people.ids) AND t.status IN ('ACTIVATED', 'INACTIVE')
                            AND (t.valid_until IS NULL OR t.valid_until > $10)
                            AND NOT EXISTS (SELECT 1 FROM ticket_reservations r WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND r.holds_place)
                            AND NOT EXISTS (SELECT 1 FROM ticket_reservations r WHERE r.ticket_id = t.id AND r.org_id = t.org_id AND NOT r.holds_place)
                            AND NOT EXISTS (SELECT 1 FROM waitlist_tickets w
                                             WHERE w.ticket_id = t.id AND w.org_id = t.org_id AND w.waits)) unbooked
     WHERE ticket_ids IS NOT NULL
    RETURNING id
)
SELECT (SELECT count(*) FROM queued) AS mails, (SELECT count(*) FROM people) AS people, (SELECT count(*) FROM due) AS orders,
       p.paid_at AS person_paid_at, p.order_id AS person_order_id, p.first_id, d.paid_at AS order_paid_at, d.id AS order_id
  FROM (SELECT 1) one
  LEFT JOIN LATERAL (SELECT * FROM people ORDER BY paid_at DESC, order_id DESC, first_id DESC LIMIT 1) p ON true
  LEFT JOIN LATERAL (SELECT * FROM due ORDER BY paid_at DESC, id DESC LIMIT 1) d ON true;

-- name: come_to
-- The venue has come to the people of order $4, paid at $3, whose first ticket is $5 or below. Only whoever has the turn calls it.
UPDATE ticket_reminders SET paid_until = $3, order_id = $4, ticket_id = $5 WHERE org_id = $1 AND venue_id = $2;
