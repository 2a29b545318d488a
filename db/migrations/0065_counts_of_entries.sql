-- The counts of the slots that a batch of scans enters. While two batches run at the same time, each waits for the slots of the other, and
-- Postgres then looks again at what it has waited for. Inside the statement that writes the scans that starts all of its parts once more,
-- which was a fifth of a scan. A statement inside a function begins after the tickets are locked, and is small.
-- The rows are locked before the statement that changes them begins: a CHECK is also evaluated on the version that it began with, and could
-- refuse an entry for which there is room by now.
-- The slots must come in the order of their ids, which is the order of locking.
CREATE FUNCTION count_entries(of_orgs bigint[], of_slots bigint[], of_entries integer[], of_apart integer[])
RETURNS TABLE (org_id bigint, venue_id bigint, date date, id bigint, start_time time, end_time time, total_capacity integer,
               booked_count integer, verified_count integer, held_count integer, revision bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM unnest(of_orgs, of_slots) a (org_id, id)
            JOIN reservation_slots s ON s.org_id = a.org_id AND s.id = a.id
      ORDER BY s.id
        FOR NO KEY UPDATE OF s;
    RETURN QUERY
    UPDATE reservation_slots s
       SET verified_count = s.verified_count + a.entries, entered_apart = s.entered_apart + a.apart, revision = s.revision + 1
      FROM unnest(of_orgs, of_slots, of_entries, of_apart) a (org_id, id, entries, apart)
     WHERE s.org_id = a.org_id AND s.id = a.id
    RETURNING s.org_id, s.venue_id, s.date, s.id, s.start_time, s.end_time, s.total_capacity, s.booked_count, s.verified_count,
              s.held_count, s.revision;
END $$;
