-- One-time codes that show that an address is the customer's own. Neither the address nor the code stands here: both are
-- keyed hashes, so that who reads this table learns no code and no address.

CREATE TABLE contact_codes (
    org_id        bigint NOT NULL REFERENCES organisations (id),
    id            uuid NOT NULL,
    channel       text NOT NULL CHECK (channel IN ('email', 'sms')),
    address_hash  bytea NOT NULL,
    code_hash     bytea NOT NULL,
    tries         integer NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 3),
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    voided_at     timestamptz,
    confirmed_at  timestamptz,
    outbox_id     bigint NOT NULL,
    PRIMARY KEY (org_id, id)
);
-- Who types a code has its challenge and may not know the organisation.
CREATE UNIQUE INDEX contact_codes_by_challenge ON contact_codes (id);
CREATE INDEX contact_codes_of_address ON contact_codes (address_hash, created_at);
CREATE INDEX contact_codes_age ON contact_codes (created_at);
