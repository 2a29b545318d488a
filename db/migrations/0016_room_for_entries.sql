-- Tickets of one order lie on one page and may come through a gate in one batch. An entry makes a row longer (144 bytes become 168),
-- so that half a page was not enough for the second versions of a full half: one entry in eighteen found no room on its page, and cost
-- a row in every index of the table and later a pass of VACUUM through them.
ALTER TABLE tickets SET (fillfactor = 45);
