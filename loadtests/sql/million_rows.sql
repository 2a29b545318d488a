-- The rows of M1: a large organisation after some years, with 10,000 visitors a day. `:rows`, `:org` and `:venue` are replaced by the
-- loader. Names are as common as in a town: 500 first and 400 family names.

-- One order has 50 tickets. The last thousandth of the tickets, the oldest ones, are of a product of their own.
INSERT INTO orders (org_id, id, reference, status, customer_name, customer_email, paid_at)
SELECT :org, 1000000 + n, 'M1-' || n, 'PAID', 'First' || n % 500 || ' Family' || n % 400, 'buyer' || n || '@example.com', now()
  FROM generate_series(1, :rows / 50) n;
INSERT INTO products (org_id, id, name) VALUES (:org, 1000001, 'Day ticket'), (:org, 1000002, 'Rare ticket');
INSERT INTO tickets (org_id, id, code, order_id, product_id, status, customer_name, created_at, activated_at, reserved_at)
SELECT :org, 4000000000000 + n, 'M1-' || n, 1000000 + (n + 49) / 50, CASE WHEN n <= :rows / 1000 THEN 1000002 ELSE 1000001 END, 'RESERVED',
       'First' || n % 500 || ' Family' || n / 500 % 400, now() - n % 1000 * interval '1 hour', now(), now()
  FROM generate_series(1, :rows) n;
INSERT INTO reservation_slots (org_id, id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity, booked_count)
SELECT :org, 1000000 + n, :venue, d, time '02:00' + n % 10 * interval '1 hour', time '03:00' + n % 10 * interval '1 hour',
       d + time '02:00' + n % 10 * interval '1 hour', d + time '03:00' + n % 10 * interval '1 hour', :rows / 1000 + 1, :rows / 1000
  FROM generate_series(0, 999) n, LATERAL (SELECT date '2030-01-01' + n / 10 AS d) day;
INSERT INTO ticket_reservations (org_id, id, ticket_id, slot_id, venue_id, status, customer_email, customer_phone, manage_token_hash,
                                 reserved_at)
SELECT :org, 1000000 + n, 4000000000000 + n, 1000000 + n % 1000, :venue, 'RESERVED', 'visitor' || n % (:rows / 4) || '@example.com',
       '+3906' || lpad((n % (:rows / 4))::text, 8, '0'), sha256(('m1' || n)::bytea), now()
  FROM generate_series(1, :rows) n;

INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, gate, device, code, ticket_id, result, reason, scanned_at, logged_at)
SELECT :org, gen_random_uuid(), :venue, 1, 'validate', 'scan', 'Gate ' || n % 8, 'M1', 'M1-' || n, 4000000000000 + n,
       CASE WHEN n % 50 = 0 THEN 'RED' ELSE 'GREEN' END, CASE WHEN n % 50 = 0 THEN 'WRONG_DATE' ELSE 'VALID' END,
       now() - n * interval '20 seconds', now() - n * interval '20 seconds'
  FROM generate_series(1, :rows) n;

INSERT INTO tickets (org_id, id, code, order_id, product_id, channel, status, customer_name)
SELECT :org, 5000000000000 + n, 'M1-G-' || n, 1000001, 1000001, 'guest', 'RESERVED', 'First' || n % 500 || ' Family' || n / 500 % 400
  FROM generate_series(1, :rows / 10) n;
INSERT INTO guests (org_id, id, venue_id, slot_id, name, email, created_at)
SELECT :org, 5000000000000 + n, :venue, 1000000 + n % 400, 'First' || n % 500 || ' Family' || n / 500 % 400,
       'guest' || n || '@example.com', now()
  FROM generate_series(1, :rows / 10) n;

INSERT INTO staff (org_id, venue_id, username, name, role, email, password_hash)
SELECT :org, :venue, 'm1.' || n, 'First' || n % 500 || ' Family' || n / 500 % 400, 'OPERATOR', 'm1.' || n || '@example.com', 'none'
  FROM generate_series(1, :rows / 10) n;
INSERT INTO scanners (org_id, venue_id, name, mode, created_at, changed_at, revoked_at)
SELECT :org, :venue, 'Scanner ' || n, 'entry', now(), now(), CASE WHEN n % 10 = 0 THEN now() END
  FROM generate_series(1, :rows / 100) n;
INSERT INTO audit_log (org_id, at, staff_id, staff_name, source, client_ip, action, subject_id, venue_id, before, after)
SELECT :org, now() - n * interval '1 minute', 1 + n % 200, 'Ann Lee ' || n % 200, CASE WHEN n % 3 = 0 THEN 'api' ELSE 'page' END,
       '192.0.2.' || n % 250, CASE WHEN n % 5000 = 0 THEN 'venue.changed' ELSE 'slot.changed' END, (1 + n % 9000)::text, :venue,
       jsonb_build_object('total_capacity', n % 90), jsonb_build_object('total_capacity', n % 91)
  FROM generate_series(1, :rows) n;
INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, status, attempts, next_attempt_at, sent_at, last_error)
SELECT :org, 'reservation.created', 1000000 + n, 'visitor' || n || '@example.com', CASE WHEN n % 1000 = 0 THEN 'DEAD' ELSE 'SENT' END, 1,
       now(), CASE WHEN n % 1000 = 0 THEN NULL ELSE now() END, CASE WHEN n % 1000 = 0 THEN 'refused' END
  FROM generate_series(1, :rows) n;
