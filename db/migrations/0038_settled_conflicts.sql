-- A conflict is settled when the hub learns the order of the scans, and its scan is a return after all. Nobody decides it.
ALTER TABLE scan_conflicts DROP CONSTRAINT scan_conflicts_decision_check;
ALTER TABLE scan_conflicts ADD CONSTRAINT scan_conflicts_decision_check CHECK (decision IN ('stays', 'leaves', 'mistake', 'settled'));
