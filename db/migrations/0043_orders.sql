-- Orders of shops: their customer's language, their cancellation, and the requests that were carried out for them.
-- Personal: orders.cancel_reason. hub/rules/personal_data.py lists every column.

-- `api_key_id` is the key of the shop that made the order. `cancel_reason` is in the words of staff or shop; the customer never sees it.
ALTER TABLE orders
    ADD COLUMN language       text,
    ADD COLUMN api_key_id     bigint,
    ADD COLUMN cancelled_at   timestamptz,
    ADD COLUMN cancel_reason  text,
    ADD COLUMN cancelled_by   bigint;

-- A request of a shop by its Idempotency-Key, written in the transaction of what it did. A repeat finds it and does nothing.
CREATE TABLE order_requests (
    org_id      bigint NOT NULL,
    key_hash    bytea NOT NULL,
    body_hash   bytea NOT NULL,
    order_id    bigint,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, key_hash)
);
CREATE INDEX order_requests_expiry ON order_requests (expires_at);
