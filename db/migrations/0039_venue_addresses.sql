-- Each venue has an address of its own on the hub, /v/<slug>/reserve, and names who helps its visitors.

-- The short name is a label of a host name, like an organisation's, and belongs to one venue of the whole hub, because the address
-- names no organisation. It stays when the venue gets another name, so that printed addresses keep working.
ALTER TABLE venues
    ADD COLUMN slug           text,
    ADD COLUMN contact_email  text NOT NULL DEFAULT '',
    ADD COLUMN contact_phone  text NOT NULL DEFAULT '';

-- `Musée d'Orsay` is `musee-d-orsay`; with nothing Latin in the name, or if another venue has it, the id stands for it or behind it.
-- Names come one after another, and as the owner, who sees the venues of every organisation.
CREATE FUNCTION name_venue_address() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    plain text := trim(BOTH '-' FROM regexp_replace(regexp_replace(normalize(lower(NEW.name), NFKD), '[\u0300-\u036f]', '', 'g'), '[^a-z0-9]+', '-', 'g'));
BEGIN
    IF NEW.slug IS NOT NULL THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(7351033);
    plain := trim(BOTH '-' FROM left(ltrim(plain, '0123456789-'), 20));
    NEW.slug := CASE WHEN plain = '' THEN 'venue-' || NEW.id
                     WHEN EXISTS (SELECT 1 FROM venues v WHERE v.slug = plain) THEN plain || '-' || NEW.id
                     ELSE plain END;
    RETURN NEW;
END $$;
CREATE TRIGGER venues_have_an_address BEFORE INSERT OR UPDATE OF slug ON venues FOR EACH ROW EXECUTE FUNCTION name_venue_address();
-- One statement a venue: a statement does not see what it has written.
DO $$
DECLARE
    venue record;
BEGIN
    FOR venue IN SELECT org_id, id FROM venues ORDER BY id LOOP
        UPDATE venues SET slug = NULL WHERE org_id = venue.org_id AND id = venue.id;
    END LOOP;
END $$;
ALTER TABLE venues
    ALTER COLUMN slug SET NOT NULL,
    ADD CONSTRAINT venues_slug_is_a_label CHECK (slug ~ '^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$'),
    ADD CONSTRAINT venues_slug_once UNIQUE (slug);
