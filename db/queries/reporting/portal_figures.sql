-- Figures of the booking page, day by day. Takes no locks and writes nothing. OFFSET 0 as in `days_of_slots`.

-- name: funnel_of_day
-- The tickets checked on a venue's day ($3, from $4 to $5), counted by how long their booking took, in seconds from the day's first check
-- (NULL: not booked), and whether contact details were accepted. Checked and booked are as in `checks_of_day`, and found in the same
-- way. Seconds are rounded down: to ten up to an hour, to an hour up to a day, and everything longer is a day.
WITH told AS MATERIALIZED (
    SELECT a.ticket_id, min(a.checked_at) AS checked_at, bool_or(a.contact) AS contact, bool_or(a.elsewhere) AS elsewhere,
           array_agg(a.reserved_at) FILTER (WHERE a.reserved_at IS NOT NULL) AS reserved
      FROM (SELECT c.ticket_id, c.checked_at, NULL::timestamptz AS reserved_at, false AS contact, false AS elsewhere, c.org_id
              FROM (SELECT * FROM ticket_checks c WHERE c.date = $3 AND c.venue_id = $2 OFFSET 0) c
            UNION ALL
            SELECT c.ticket_id, NULL, NULL, true, false, c.org_id
              FROM (SELECT * FROM contact_checks c WHERE c.date = $3 AND c.venue_id = $2 OFFSET 0) c
            UNION ALL
            SELECT r.ticket_id, NULL, r.reserved_at, false, false, r.org_id
              FROM (SELECT r.ticket_id, r.reserved_at, r.org_id FROM ticket_reservations r
                     WHERE r.reserved_at >= $4 AND r.reserved_at < $5 OFFSET 0) r
            UNION ALL
            SELECT n.ticket_id, NULL, NULL, false, true, n.org_id
              FROM unnest(ARRAY[$3 - 1, $3 + 1]) AS d (date)
              CROSS JOIN LATERAL (SELECT * FROM ticket_checks n WHERE n.date = d.date AND n.venue_id < $2 OFFSET 0) n
             WHERE n.checked_at >= $4 AND n.checked_at < $5
            UNION ALL
            SELECT n.ticket_id, NULL, NULL, false, true, n.org_id
              FROM unnest(ARRAY[$3 - 1, $3 + 1]) AS d (date)
              CROSS JOIN LATERAL (SELECT * FROM ticket_checks n WHERE n.date = d.date AND n.venue_id > $2 OFFSET 0) n
             WHERE n.checked_at >= $4 AND n.checked_at < $5) a
     WHERE a.org_id = $1
     GROUP BY a.ticket_id
), same_day AS MATERIALIZED (
    SELECT t.ticket_id, t.checked_at, t.contact,
           CASE WHEN NOT t.elsewhere THEN (SELECT min(x.at) FROM unnest(t.reserved) AS x (at) WHERE x.at >= t.checked_at) END AS reserved_at
      FROM told t
     WHERE t.checked_at IS NOT NULL
), booked AS MATERIALIZED (
    SELECT extract(epoch FROM coalesce(t.reserved_at, l.reserved_at) - t.checked_at) AS seconds, t.contact
      FROM same_day t
      LEFT JOIN LATERAL (
            SELECT min(r.reserved_at) AS reserved_at
              FROM (SELECT r.reserved_at FROM ticket_reservations r
                     WHERE r.ticket_id = t.ticket_id AND r.org_id = $1 AND r.holds_place
                    UNION ALL
                    SELECT r.reserved_at
                      FROM (SELECT * FROM ticket_reservations r WHERE r.ticket_id = t.ticket_id AND NOT r.holds_place OFFSET 0) r
                     WHERE r.org_id = $1) r
             WHERE t.reserved_at IS NULL AND r.reserved_at >= t.checked_at
               AND NOT EXISTS (SELECT 1 FROM ticket_checks n WHERE n.org_id = $1 AND n.ticket_id = t.ticket_id
                                  AND n.checked_at > t.checked_at AND n.checked_at <= r.reserved_at)) l ON true
)
SELECT CASE WHEN b.seconds < 3600 THEN 10 * floor(b.seconds / 10) WHEN b.seconds < 86400 THEN 3600 * floor(b.seconds / 3600)
            WHEN b.seconds IS NOT NULL THEN 86400 END::integer AS seconds,
       b.contact, count(*)::integer AS tickets
  FROM booked b
 GROUP BY 1, 2;

-- name: refusals_of_days
-- Refusals of a venue from day $3 to $4.
SELECT date, step, reason, sum(refusals)::integer AS refusals FROM portal_refusals
 WHERE org_id = $1 AND venue_id = $2 AND date BETWEEN $3 AND $4
 GROUP BY 1, 2, 3;

-- name: reservations_of_day
-- Reservations made for a venue from $3 to $4, those cancelled later among them, by hour of its clock ($5).
SELECT extract(hour FROM r.reserved_at AT TIME ZONE $5::text)::integer AS hour, count(*)::integer AS reservations
  FROM (SELECT r.reserved_at, r.venue_id, r.org_id FROM ticket_reservations r
         WHERE r.reserved_at >= $3 AND r.reserved_at < $4 OFFSET 0) r
 WHERE r.org_id = $1 AND r.venue_id = $2
 GROUP BY 1;

-- name: activations_of_day
-- Tickets for later activation that were paid from $4 to $5, and how many of them were activated within $6. A ticket that is valid at any
-- venue counts for the first one ($3). Cancelled tickets that were never activated are left out.
SELECT count(*)::integer AS due, count(*) FILTER (WHERE t.activated_at < t.since + $6::interval)::integer AS done
  FROM (SELECT t.org_id, t.product_id, t.status, t.activated_at, t.created_at AS since
          FROM (SELECT * FROM tickets t WHERE t.activation_mode = 'deferred' AND t.created_at >= $4 AND t.created_at < $5 OFFSET 0) t
          JOIN orders o ON o.org_id = t.org_id AND o.id = t.order_id
         WHERE o.paid_at IS NULL OR o.paid_at <= t.created_at
        UNION ALL
        SELECT t.org_id, t.product_id, t.status, t.activated_at, o.paid_at
          FROM (SELECT * FROM orders o WHERE o.org_id = $1 AND o.paid_at >= $4 AND o.paid_at < $5 OFFSET 0) o
          CROSS JOIN LATERAL (SELECT * FROM tickets t WHERE t.order_id = o.id OFFSET 0) t
         WHERE t.org_id = o.org_id AND t.activation_mode = 'deferred' AND t.created_at < o.paid_at) t
  JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
 WHERE t.org_id = $1 AND coalesce(p.venue_id, $3) = $2 AND t.status <> 'PENDING_PAYMENT'
   AND (t.status <> 'CANCELLED' OR t.activated_at IS NOT NULL);

-- name: first_bookings_of_day
-- Tickets that became active from $4 to $5, and how many of them got a reservation within $6. Venue and cancelled tickets as above.
-- Bookings of seats and guests have their reservation from the start, so they are left out.
WITH told AS MATERIALIZED (
    SELECT a.ticket_id, min(a.activated_at) AS activated_at, min(a.reserved_at) AS reserved_at, bool_or(a.cancelled) AS cancelled
      FROM (SELECT t.id AS ticket_id, t.activated_at, NULL::timestamptz AS reserved_at, t.status = 'CANCELLED' AS cancelled, t.org_id
              FROM (SELECT * FROM tickets t WHERE t.activated_at >= $4 AND t.activated_at < $5 OFFSET 0) t
              JOIN products p ON p.org_id = t.org_id AND p.id = t.product_id
             WHERE t.channel NOT IN ('booking', 'guest') AND coalesce(p.venue_id, $3) = $2
            UNION ALL
            SELECT r.ticket_id, NULL, r.reserved_at, false, r.org_id
              FROM (SELECT r.ticket_id, r.reserved_at, r.org_id FROM ticket_reservations r
                     WHERE r.reserved_at >= $4 AND r.reserved_at < $5 + $6::interval OFFSET 0) r) a
     WHERE a.org_id = $1
     GROUP BY a.ticket_id
)
SELECT count(*)::integer AS due, count(*) FILTER (WHERE t.reserved_at < t.activated_at + $6::interval)::integer AS done
  FROM told t
 WHERE t.activated_at IS NOT NULL AND (NOT t.cancelled OR t.reserved_at IS NOT NULL);
