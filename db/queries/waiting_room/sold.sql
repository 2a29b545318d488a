-- What the visitors of a waiting room wait for.

-- name: sold_slot
-- A slot with what plays in it, if anything: its date, times, room, and the show's title in the language $3.
SELECT r.date, r.start_time, r.end_time, r.show_id,
       coalesce(nullif(s.translations -> $3 ->> 'title', ''), s.title) AS title, m.name AS room
  FROM reservation_slots r
  LEFT JOIN shows s ON s.org_id = r.org_id AND s.id = r.show_id
  LEFT JOIN rooms m ON m.org_id = r.org_id AND m.id = r.room_id
 WHERE r.org_id = $1 AND r.id = $2;
