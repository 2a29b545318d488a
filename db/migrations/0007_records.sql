-- The records: the log of a venue read back page by page, the life of one ticket, and finding it by what its holder knows.

-- The log by venue and moment: a page is a walk along this index from a cursor, however long the log. Ascending: the door
-- writes at its right end, where an index takes a row for next to nothing.
CREATE INDEX scans_of_venue ON scans (venue_id, logged_at, scan_id);
-- Everything that was ever presented with one code, tickets and strangers alike.
CREATE INDEX scans_of_code ON scans (code, logged_at);

-- What no longer holds a place or waits is left out of the indexes that guard it: here it is, for the life of a ticket.
CREATE INDEX ticket_reservations_given_back ON ticket_reservations (ticket_id) WHERE NOT holds_place;
CREATE INDEX waitlist_tickets_waited ON waitlist_tickets (ticket_id) WHERE NOT waits;
CREATE INDEX mail_outbox_of_reservation ON mail_outbox (reservation_id) WHERE reservation_id IS NOT NULL;

-- What a person at the desk can say of a ticket, beside its code and its order.
CREATE INDEX ticket_reservations_by_email ON ticket_reservations (lower(customer_email));
CREATE INDEX ticket_reservations_by_phone ON ticket_reservations (customer_phone);
CREATE INDEX orders_by_email ON orders (lower(customer_email)) WHERE customer_email IS NOT NULL;
