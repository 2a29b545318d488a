-- The first set-up of an empty hub: its code, what was entered so far, and its end. There is one row at most.

-- name: has_staff
SELECT EXISTS (SELECT 1 FROM staff);

-- name: set_code
-- Stores the hash of this start's code and keeps the draft. Returns nothing if the set-up is finished.
INSERT INTO first_setup AS f (id, code_hash) VALUES (1, $1)
ON CONFLICT (id) DO UPDATE SET code_hash = excluded.code_hash WHERE f.finished_at IS NULL
RETURNING id;

-- name: read_setup
-- Nothing if the hub has never printed a code, or the set-up is finished, or somebody was added to the staff meanwhile.
SELECT code_hash, draft FROM first_setup f WHERE finished_at IS NULL AND NOT EXISTS (SELECT 1 FROM staff);

-- name: save_part
-- Stores one part of the draft and leaves the others.
UPDATE first_setup SET draft = jsonb_set(draft, ARRAY[$1::text], $2::jsonb) WHERE finished_at IS NULL RETURNING id;

-- name: lock_founding
-- The lock of whoever makes the first organisation, as in hub/actions/venues/venues.py.
SELECT pg_advisory_xact_lock(7351002);

-- name: lock_setup
-- The set-up, locked: of two browsers that finish it at once the second one waits, and finds it finished.
SELECT draft, finished_at FROM first_setup WHERE id = 1 FOR UPDATE;

-- name: finish_setup
-- Ends the set-up for ever. The draft is of no use any more.
UPDATE first_setup SET finished_at = $1, org_id = $2, draft = '{}' WHERE id = 1;

-- name: only_organisation
-- The only organisation, which a command may have made, with its only venue if that has no slots: the set-up takes them over.
SELECT o.id,
       (SELECT min(v.id) FROM venues v
         WHERE v.org_id = o.id AND NOT EXISTS (SELECT 1 FROM reservation_slots s WHERE s.venue_id = v.id AND s.org_id = v.org_id)
        HAVING count(*) = 1 AND (SELECT count(*) FROM venues a WHERE a.org_id = o.id) = 1) AS venue_id
  FROM organisations o
 WHERE (SELECT count(*) FROM organisations) = 1;

-- name: add_gates
-- Adds gates to a venue, but those that it has.
INSERT INTO gates (org_id, venue_id, name) SELECT $1, $2, name FROM unnest($3::text[]) AS n (name)
ON CONFLICT ON CONSTRAINT gates_name_once DO NOTHING;

-- name: open_before_slots
-- Lets the visitors of a venue in so many minutes before their slot; a venue that has chosen already keeps its choice.
UPDATE venues SET early_entry_minutes = $3 WHERE org_id = $1 AND id = $2 AND early_entry_minutes IS NULL;

-- name: name_organisation
UPDATE organisations SET name = $2, slug = $3, version = version + 1 WHERE id = $1;

-- name: add_organisation
INSERT INTO organisations (name, slug) VALUES ($1, $2) RETURNING id;

-- name: is_slug_taken
SELECT EXISTS (SELECT 1 FROM organisations WHERE slug = $1 AND id IS DISTINCT FROM $2);
