-- Statistics of tables, which the planner needs.

-- name: gather_statistics
-- Gathers the statistics of one table and returns its name: one with $1 pages or more that has none, or only those of when it was
-- smaller. Those in $2 are left out. NULL if there is none.
SELECT gather_statistics($1, $2::text[]);
