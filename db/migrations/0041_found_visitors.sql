-- The search for visitors: by name without regard to case, accents and the order of words, and imported tickets by their own contact.
-- Personal: tickets.imported_email and imported_phone. hub/rules/personal_data.py lists every column.

-- A name as searches compare it. hub/text/search_words.py folds what is looked for in the same way, and a test compares the two.
CREATE FUNCTION folded_name(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(replace(replace(replace(lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g')),
                                         'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'łøđı’‘ʼ', 'lodi   ');

DROP INDEX tickets_by_name;
DROP INDEX orders_by_name;
CREATE INDEX tickets_by_name ON tickets USING gin (to_tsvector('simple', folded_name(customer_name))) WITH (gin_pending_list_limit = 128)
    WHERE customer_name IS NOT NULL;
CREATE INDEX orders_by_name ON orders USING gin (to_tsvector('simple', folded_name(customer_name))) WITH (gin_pending_list_limit = 128)
    WHERE customer_name IS NOT NULL;

-- The contact that a ticket was imported with. A booking writes `customer_email` and `customer_phone`; an index on those would make every
-- booking write all indexes of the ticket (no HOT update), and these columns it leaves alone.
ALTER TABLE tickets ADD COLUMN imported_email text, ADD COLUMN imported_phone text;
UPDATE tickets SET imported_email = customer_email, imported_phone = customer_phone
 WHERE reserved_at IS NULL AND channel NOT IN ('booking', 'guest') AND num_nonnulls(customer_email, customer_phone) > 0;
CREATE INDEX tickets_by_imported_email ON tickets (lower(imported_email) text_pattern_ops) WHERE imported_email IS NOT NULL;
CREATE INDEX tickets_by_imported_phone ON tickets (imported_phone) WHERE imported_phone IS NOT NULL;
