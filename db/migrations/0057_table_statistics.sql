-- Statistics of tables soon after a bulk load. Without them, or with those of the empty table, the planner takes an organisation for a small
-- part of a table and reads all of it; autovacuum gathers them a minute later, or after hours on a busy server.

-- With its owner's rights, because the roles of the hub may not analyse a table. It returns the table whose statistics it gathered, or NULL
-- if there is none: one that has `least_pages` and was never analysed, or only when it was smaller than that. Later growth is autovacuum's. Tables
-- in `done` and those that another session is working on are left out.
CREATE FUNCTION gather_statistics(least_pages bigint, done text[]) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    found text;
BEGIN
    SELECT c.relname INTO found
      FROM pg_class c
      JOIN pg_stat_user_tables s ON s.relid = c.oid
     CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint AS pages) size
     WHERE c.relkind = 'r' AND s.schemaname = current_schema() AND size.pages >= least_pages AND c.relname <> ALL (done)
       AND ((s.last_analyze IS NULL AND s.last_autoanalyze IS NULL) OR c.relpages < least_pages)
     ORDER BY size.pages DESC
     LIMIT 1;
    IF found IS NOT NULL THEN
        EXECUTE format('ANALYZE (SKIP_LOCKED) %I', found);
    END IF;
    RETURN found;
END $$;
