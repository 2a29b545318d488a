-- Waiting rooms: what they stand in front of, how many visitors may begin to book in a minute, and for how long a turn lasts.
-- Who waits is in Redis alone (db/lua/waiting_room.lua).
ALTER TABLE venues
    ADD COLUMN waiting_room               text NOT NULL DEFAULT 'off' CHECK (waiting_room IN ('off', 'slots', 'days', 'shows', 'all')),
    -- 0: nobody is admitted, the room is paused.
    ADD COLUMN waiting_room_per_minute    integer NOT NULL DEFAULT 300 CHECK (waiting_room_per_minute BETWEEN 0 AND 6000),
    ADD COLUMN waiting_room_turn_minutes  integer NOT NULL DEFAULT 10 CHECK (waiting_room_turn_minutes BETWEEN 2 AND 30);
