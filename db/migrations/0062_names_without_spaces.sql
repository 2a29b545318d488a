-- no transaction
-- The search of the records finds a Chinese or Japanese visitor by the given name. Such names have no space between family and given name,
-- so the index of words holds them as one word. These indexes hold each character as a word, and only names that have such characters.

-- A name with a space after each Chinese character, kana or Korean syllable. NFC joins what `folded_name` has parted.
CREATE OR REPLACE FUNCTION parted_name(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(normalize(folded_name(name), NFC), '([\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af])', ' \1 ', 'g');

DROP INDEX CONCURRENTLY IF EXISTS tickets_by_parted_name;
CREATE INDEX CONCURRENTLY tickets_by_parted_name ON tickets USING gin (to_tsvector('simple', parted_name(customer_name)))
    WITH (gin_pending_list_limit = 128)
    WHERE customer_name ~ '[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]';
DROP INDEX CONCURRENTLY IF EXISTS orders_by_parted_name;
CREATE INDEX CONCURRENTLY orders_by_parted_name ON orders USING gin (to_tsvector('simple', parted_name(customer_name)))
    WITH (gin_pending_list_limit = 128)
    WHERE customer_name ~ '[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]';
