-- The logo of a venue, as its pages and mails show it: a PNG that the hub has written itself. Its address has the hash of its bytes.
CREATE TABLE venue_logos (
    org_id      bigint NOT NULL,
    venue_id    bigint NOT NULL,
    hash        bytea NOT NULL,
    width       integer NOT NULL CHECK (width > 0),
    height      integer NOT NULL CHECK (height > 0),
    image       bytea NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, venue_id),
    FOREIGN KEY (org_id, venue_id) REFERENCES venues (org_id, id) ON DELETE CASCADE
);
CREATE INDEX venue_logos_by_hash ON venue_logos (hash);
