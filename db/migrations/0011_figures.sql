-- The figures of a day: what scanners without a line synced later belongs to the day of its scan, on whichever day it was
-- logged. Only such rows are in this index; the door writes none of them.
CREATE INDEX scans_synced_of_venue ON scans (venue_id, scanned_at) WHERE source = 'sync';
