-- Products: names in both languages, validity, gates, and what the steward must know. No column here holds personal data.

-- `name`, `note` and `question` are the texts that stand where a language has none of its own. `valid_until` is the last day of its
-- tickets at their venue; a product has either that or `valid_days`. `note` is shown to the steward, `attention` makes it stand out,
-- and `question` is to be answered with yes before an entry. An archived product is kept for its tickets and sells no more.
ALTER TABLE products
    ADD COLUMN name_zh      text NOT NULL DEFAULT '',
    ADD COLUMN valid_until  date,
    ADD COLUMN note         text NOT NULL DEFAULT '',
    ADD COLUMN note_zh      text NOT NULL DEFAULT '',
    ADD COLUMN attention    boolean NOT NULL DEFAULT false,
    ADD COLUMN question     text NOT NULL DEFAULT '',
    ADD COLUMN question_zh  text NOT NULL DEFAULT '',
    ADD COLUMN version      integer NOT NULL DEFAULT 1,
    ADD COLUMN archived_at  timestamptz,
    ADD CONSTRAINT products_valid_by_one_rule CHECK (valid_days IS NULL OR valid_until IS NULL);

-- The gates that tickets of a product may enter by. Without a row they may enter by every gate.
CREATE TABLE product_gates (
    org_id      bigint NOT NULL,
    product_id  bigint NOT NULL,
    gate_id     bigint NOT NULL,
    PRIMARY KEY (org_id, product_id, gate_id),
    FOREIGN KEY (org_id, product_id) REFERENCES products (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, gate_id) REFERENCES gates (org_id, id)
);
CREATE INDEX product_gates_of_gate ON product_gates (gate_id);

-- The answer to a product's question is kept with the scan.
ALTER TYPE judged_scan ADD ATTRIBUTE note text;

-- Lists of tickets, newest first: of an order or a product. No index has the status, because an index on a column that an entry
-- changes would make every entry slower. Those of an organisation are read order by order.
DROP INDEX tickets_of_order;
CREATE INDEX tickets_of_order ON tickets (order_id, created_at DESC, id DESC);
CREATE INDEX tickets_of_product ON tickets (product_id, created_at DESC, id DESC);

-- When, why and by whom a ticket was cancelled. The reason is the staff's own words; the visitor never sees it.
ALTER TABLE tickets
    ADD COLUMN cancelled_at   timestamptz,
    ADD COLUMN cancel_reason  text,
    ADD COLUMN cancelled_by   bigint;
