-- Statistics that were gathered in the middle of a bulk load. ANALYZE counts rows that are not committed as none, but the pages they are on:
-- the planner then takes a table of ten thousand rows for an empty one, and may look up a ticket by reading all of its organisation. A
-- scan took 230 ms until autovacuum came back, a minute later. So a table that somebody is loading is left alone, and one whose statistics
-- know less than a tenth of its rows has them gathered again, whoever gathered them.
CREATE OR REPLACE FUNCTION gather_statistics(least_pages bigint, done text[]) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    found text;
BEGIN
    SELECT c.relname INTO found
      FROM pg_class c
      JOIN pg_stat_user_tables s ON s.relid = c.oid
     CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint AS pages) size
     WHERE c.relkind = 'r' AND s.schemaname = current_schema() AND size.pages >= least_pages AND c.relname <> ALL (done)
       AND (s.n_live_tup >= least_pages AND s.n_live_tup > 10 * greatest(c.reltuples, 0)
            OR ((s.last_analyze IS NULL AND s.last_autoanalyze IS NULL) OR c.relpages < least_pages)
               AND NOT EXISTS (SELECT 1 FROM pg_locks l
                                WHERE l.relation = c.oid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                                  AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid()))
     ORDER BY size.pages DESC
     LIMIT 1;
    IF found IS NOT NULL THEN
        EXECUTE format('ANALYZE (SKIP_LOCKED) %I', found);
    END IF;
    RETURN found;
END $$;
