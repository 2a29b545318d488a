-- The report of a day reads what was asked and what went wrong on that day, by index.

-- The business day of the disputed scan.
ALTER TABLE disputes ADD COLUMN day date;
UPDATE disputes d
   SET day = coalesce((SELECT e.day FROM scans e
                        WHERE e.org_id = d.org_id AND e.scan_id = d.scan_id AND e.mode IN ('validate', 'verify')
                        ORDER BY e.logged_at DESC LIMIT 1),
                      (coalesce((SELECT CASE WHEN e.source = 'sync' THEN e.scanned_at ELSE e.logged_at END FROM scans e
                                  WHERE e.org_id = d.org_id AND e.scan_id = d.scan_id AND e.mode IN ('validate', 'verify')
                                  ORDER BY e.logged_at DESC LIMIT 1), d.scanned_at) AT TIME ZONE v.timezone)::date)
  FROM venues v
 WHERE v.org_id = d.org_id AND v.id = d.venue_id;
CREATE INDEX disputes_of_day ON disputes (org_id, venue_id, day);
CREATE INDEX scan_conflicts_of_time ON scan_conflicts (org_id, venue_id, scanned_at);
CREATE INDEX duplicate_alarms_of_time ON duplicate_alarms (org_id, venue_id, second_at);
