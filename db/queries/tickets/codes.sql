-- Codes as they are stored: the exact one first, else the only one that differs in case alone. Codes of ours never differ so.

-- name: codes_without_case
-- One row per element of the arrays, in their order: the only stored code that is the same without regard to case, or NULL.
SELECT CASE WHEN f.found = 1 THEN f.code END AS code
  FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS a (org_id, code, n)
 CROSS JOIN LATERAL (
       SELECT count(*) AS found, min(m.code) AS code
         FROM (SELECT t.code FROM tickets t
                WHERE lower(t.code) = lower(a.code) AND t.org_id = a.org_id
                  AND t.code !~ '^(TKT-[0-9]{4}-[A-Z0-9]{6}-[A-Z0-9]{6}|(BKG|GST)-[A-Z0-9]{27})$' LIMIT 2) m) f
 ORDER BY a.n;

-- name: code_as_stored
-- The code $2 as a ticket of organisation $1 has it; NULL if there is none, or several without the exact one.
SELECT coalesce(
       (SELECT t.code FROM tickets t WHERE t.code = $2 AND t.org_id = $1),
       (SELECT CASE WHEN count(*) = 1 THEN min(m.code) END
          FROM (SELECT t.code FROM tickets t
                 WHERE lower(t.code) = lower($2) AND t.org_id = $1
                   AND t.code !~ '^(TKT-[0-9]{4}-[A-Z0-9]{6}-[A-Z0-9]{6}|(BKG|GST)-[A-Z0-9]{27})$' LIMIT 2) m)) AS code;

-- name: existing_codes
-- Those of the codes ($2, of the organisations $1) that a ticket has which is neither a booking's nor a guest's, with their number.
SELECT a.n, t.code
  FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS a (org_id, code, n)
 CROSS JOIN LATERAL (SELECT t.code FROM tickets t
                      WHERE t.code = a.code AND t.org_id = a.org_id AND t.channel NOT IN ('booking', 'guest') LIMIT 1) t;
