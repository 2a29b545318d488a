-- What visitors do with their own requests for seats. Locks: the ticket, then its booking.

-- name: move_own_request
-- Moves the request of a link (its hash is $1) to performance $2 of the same show, and returns its id. The link stays good, but not
-- longer than booking is open there. The ticket's version rises, so that a confirmation under way decides again. Nothing is
-- returned if the request is over or confirmed, or the show has no such performance.
WITH standing AS MATERIALIZED (
    SELECT t.org_id, t.id
      FROM bookings b
      JOIN tickets t ON t.org_id = b.org_id AND t.id = b.id
     WHERE b.confirm_hash = $1
       FOR NO KEY UPDATE OF t
), going AS MATERIALIZED (
    SELECT b.org_id, b.id, s.venue_id,
           least(b.expires_at, coalesce(s.booking_closes_at, s.ends_at), s.ends_at) AS expires_at
      FROM standing d
      JOIN bookings b ON b.org_id = d.org_id AND b.id = d.id
      JOIN reservation_slots was ON was.org_id = b.org_id AND was.id = b.slot_id
      JOIN reservation_slots s ON s.org_id = b.org_id AND s.id = $2 AND s.show_id = was.show_id
     WHERE b.confirm_hash = $1 AND b.status = 'PENDING' AND b.expires_at > $3
       FOR NO KEY UPDATE OF b
), raised AS (
    UPDATE tickets t SET version = t.version + 1 FROM going g WHERE t.org_id = g.org_id AND t.id = g.id
)
UPDATE bookings b SET slot_id = $2, venue_id = g.venue_id, expires_at = g.expires_at
  FROM going g
 WHERE b.org_id = g.org_id AND b.id = g.id
RETURNING b.id;

-- name: wait_of_request
-- The end of the offer of a request that is on a waiting list; NULL if it has none. No row if it does not wait.
SELECT CASE WHEN e.status = 'OFFERED' THEN e.offer_ends_at END AS offer_ends_at
  FROM waitlist_tickets k
  JOIN waitlist_entries e ON e.org_id = k.org_id AND e.id = k.entry_id
 WHERE k.ticket_id = $2 AND k.org_id = $1 AND k.waits
 LIMIT 1;
