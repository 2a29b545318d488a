-- Maintenance that came in the middle of a rush of scans, and made its last seconds dearer than its first.

-- A scan changes one row of each of these tables on the row's own page, and touches no index. `fillfactor` keeps room there for an old version of
-- every row. So VACUUM is due when most rows have one, not a fifth of them. A scan changes nothing that the planner asks either.
ALTER TABLE tickets SET (autovacuum_vacuum_scale_factor = 0.8, autovacuum_analyze_scale_factor = 0.8);
ALTER TABLE ticket_reservations SET (autovacuum_vacuum_scale_factor = 0.8, autovacuum_analyze_scale_factor = 0.8);

-- ANALYZE holds a snapshot. Until it ends, the old versions of a slot's counts stay, one for each batch of scans, and every scan passes all of them.
-- It takes 300 rows for each unit of the largest target of a column. 9,000 instead of 30,000 take it a fifth of the time.
DO $$
DECLARE
    changed text;
BEGIN
    SELECT string_agg(format('ALTER COLUMN %I SET STATISTICS 30', attname), ', ') INTO changed
      FROM pg_attribute WHERE attrelid = 'scans'::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE 'ALTER TABLE scans ' || changed;
END $$;
