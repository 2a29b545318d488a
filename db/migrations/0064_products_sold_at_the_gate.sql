-- Whether sellers at the gates see a product. Those that an import makes are not for sale until an administrator says so.
ALTER TABLE products ADD COLUMN sold_at_door boolean NOT NULL DEFAULT true;
