-- The rows of `python -m loadtests.growth`: 90 days of ten slots, 60 of them over. Each third of the days has a third of the tickets, and
-- tickets that were sold together are of many slots, as in a real sale. One in twenty was never booked and one is cancelled, but for those of today. The loader replaces the words behind colons; `m` counts from 0.

-- name: slots
INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity)
SELECT :org, v.id, d::date, t::time, (t + interval '1 hour')::time, (d + t) AT TIME ZONE v.timezone, (d + t + interval '1 hour') AT TIME ZONE v.timezone,
       1000000
  FROM venues v, generate_series(timestamp ':first_day', timestamp ':first_day' + interval '89 days', '1 day') d,
       generate_series(12, 21) hour, LATERAL (SELECT make_interval(hours => hour) AS t) one
 WHERE v.org_id = :org AND v.id = :venue
ON CONFLICT DO NOTHING;
CREATE TEMP TABLE growth_slots AS
SELECT row_number() OVER (ORDER BY date, start_time) - 1 AS place, id, date, starts_at, ends_at
  FROM reservation_slots WHERE org_id = :org AND venue_id = :venue AND date >= ':first_day' AND date < date ':first_day' + 90 AND show_id IS NULL;
CREATE UNIQUE INDEX ON growth_slots (place);
ANALYZE growth_slots;

-- name: orders
INSERT INTO orders (org_id, id, reference, status, customer_name, customer_email, created_at, paid_at)
SELECT :org, :first_order + m, 'GROWTH-' || m, 'PAID', CASE WHEN m % 4 = 0 THEN 'First' || m % 500 || ' Family' || m / 500 % 400 END,
       'buyer' || m || '@example.com', at, at
  FROM generate_series(:from::bigint, :to::bigint) m,
       LATERAL (SELECT timestamptz ':first_day' - interval '10 days' + m * interval '90 days' / :orders AS at) sold;

-- name: tickets
INSERT INTO tickets (org_id, id, code, order_id, product_id, status, customer_name, created_at, activated_at, reserved_at, verified_at,
                     verified_by, verified_gate)
SELECT :org, :first_id + :first_number + m, :code, :first_order + m / 5, :product, state.status,
       CASE WHEN m % 4 = 0 THEN 'First' || m % 500 || ' Family' || m / 500 % 400 END, s.starts_at - interval '20 days',
       s.starts_at - interval '20 days', CASE WHEN state.status <> 'ACTIVATED' THEN s.starts_at - interval '10 days' END,
       CASE WHEN state.status = 'VERIFIED' THEN s.starts_at END, CASE WHEN state.status = 'VERIFIED' THEN 1 END,
       CASE WHEN state.status = 'VERIFIED' THEN 'Gate ' || m % 20 END
  FROM generate_series(:from::bigint, :to::bigint) m
  JOIN growth_slots s ON s.place = m * 3 / :tickets * 300 + m % 300,
       LATERAL (SELECT CASE WHEN m / 300 % 20 IN (0, 12) AND m % 300 >= 10 THEN 'ACTIVATED' WHEN m * 3 / :tickets = 2 THEN 'RESERVED'
                            WHEN m / 300 % 10 = 1 THEN 'EXPIRED' ELSE 'VERIFIED' END AS status) state;

-- name: ticket_reservations
INSERT INTO ticket_reservations (org_id, id, ticket_id, slot_id, venue_id, status, admitted, verified_at, cancelled_at,
                                 cancel_cause, customer_email, customer_phone,
                                 manage_token_hash, reserved_at, created_at)
SELECT :org, :first_reservation + m, :first_id + :first_number + m, s.id, :venue,
       state.status, CASE WHEN state.status = 'VERIFIED' THEN 1 ELSE 0 END, CASE WHEN state.status = 'VERIFIED' THEN s.starts_at END,
       CASE WHEN state.status = 'CANCELLED' THEN at END, CASE WHEN state.status = 'CANCELLED' THEN 'holder' END,
       'visitor' || m % (:tickets / 4) || '@example.com', '+3906' || lpad((m % (:tickets / 4))::text, 8, '0'), sha256(('growth' || m)::bytea), at, at
  FROM generate_series(:from::bigint, :to::bigint) m
  JOIN growth_slots s ON s.place = m * 3 / :tickets * 300 + m % 300,
       LATERAL (SELECT timestamptz ':first_day' - interval '10 days' + m * interval '70 days' / :tickets AS at) booked,
       LATERAL (SELECT CASE WHEN m / 300 % 20 = 12 AND m % 300 >= 10 THEN 'CANCELLED' WHEN m * 3 / :tickets = 2 THEN 'RESERVED'
                            WHEN m / 300 % 10 = 1 THEN 'EXPIRED' ELSE 'VERIFIED' END AS status) state
 WHERE m / 300 % 20 <> 0 OR m % 300 < 10;

-- name: mail_outbox
INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, status, attempts, next_attempt_at, created_at, sent_at)
SELECT :org, 'reservation.confirmed', :first_reservation + m, 'visitor' || m % (:tickets / 4) || '@example.com', 'SENT', 1, at, at, at
  FROM generate_series(:from::bigint, :to::bigint) m,
       LATERAL (SELECT timestamptz ':first_day' - interval '10 days' + m * interval '70 days' / :tickets AS at) booked
 WHERE m / 300 % 20 <> 0 OR m % 300 < 10;

-- name: ticket_checks
INSERT INTO ticket_checks (org_id, ticket_id, date, venue_id, checked_at)
SELECT :org, :first_id + :first_number + m, at::date, :venue, at
  FROM generate_series(:from::bigint, :to::bigint) m,
       LATERAL (SELECT timestamptz ':first_day' - interval '10 days' + m * interval '70 days' / :tickets AS at) booked;

-- name: scans
-- Six scans of each ticket on its day, in the order of time: a check and an entry, both again, one on a wrong day, and one of no ticket.
INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, device, code, ticket_id, reservation_id, slot_id, result, reason,
                   entered, note, answer, scanned_at, logged_at)
SELECT :org, gen_random_uuid(), :venue, 1 + m % 200, CASE WHEN m % 6 IN (1, 3) THEN 'verify' ELSE 'validate' END,
       CASE WHEN m / 6 % 100 = 0 THEN 'sync' ELSE 'socket' END, 'Gate ' || m % 20, 'scanner-' || m % 100,
       CASE WHEN m % 6 = 5 THEN 'STRANGER-' || m ELSE ticket.code END, CASE WHEN m % 6 <> 5 THEN :first_id + ticket.n END,
       CASE WHEN m % 6 <> 5 THEN :first_reservation + ticket.n - :first_number END, CASE WHEN m % 6 <> 5 THEN s.id END,
       (ARRAY['GREEN', 'GREEN', 'YELLOW', 'YELLOW', 'RED', 'RED'])[m % 6 + 1],
       (ARRAY['VALID', 'VERIFIED', 'ALREADY_VERIFIED', 'ALREADY_VERIFIED', 'WRONG_DATE', 'TICKET_NOT_FOUND'])[m % 6 + 1],
       m % 6 = 1, CASE WHEN m % 5000 = 0 THEN 'A note about a visitor' END, CASE WHEN m % 6 IN (1, 3) THEN repeat('{"answer":12345}', 14) END,
       at, at
  FROM generate_series(:from::bigint, :to::bigint) m
 CROSS JOIN LATERAL (SELECT m * 60 / :scans AS day, (m * 60 % :scans)::float8 / :scans AS part) moment
 CROSS JOIN LATERAL (SELECT (timestamptz ':first_day' + day * interval '1 day' + interval '10 hours' + part * interval '10 hours') AS at) clock
 CROSS JOIN LATERAL (SELECT day / 30 * (:tickets / 3) + m / 60 % (:tickets / 900) * 300 + day % 30 * 10 + m / 6 % 10 AS ticket_m) chosen
 CROSS JOIN LATERAL (SELECT :first_number + ticket_m AS n, :code_of_ticket AS code) ticket
  JOIN growth_slots s ON s.place = ticket_m * 3 / :tickets * 300 + ticket_m % 300;

-- name: audit_log
INSERT INTO audit_log (org_id, at, staff_id, staff_name, source, client_ip, action, subject_id, venue_id, before, after)
SELECT :org, timestamptz ':first_day' + m * interval '60 days' / :audited, 1 + m % 200, 'Ann Lee ' || m % 200,
       CASE WHEN m % 3 = 0 THEN 'api' ELSE 'page' END, '192.0.2.' || m % 250, CASE WHEN m % 5000 = 0 THEN 'venue.changed' ELSE 'slot.changed' END,
       (1 + m % 9000)::text, :venue, jsonb_build_object('total_capacity', m % 90), jsonb_build_object('total_capacity', m % 91)
  FROM generate_series(:from::bigint, :to::bigint) m;

-- name: counts
UPDATE reservation_slots s
   SET booked_count = c.held, verified_count = c.entered, revision = s.revision + 1,
       expired_at = CASE WHEN s.date < date ':first_day' + 60 THEN s.ends_at END
  FROM (SELECT slot_id, count(*)::int AS held, sum(admitted)::int AS entered FROM ticket_reservations WHERE org_id = :org AND holds_place GROUP BY slot_id) c
 WHERE s.org_id = :org AND s.id = c.slot_id;
