-- who may sell a ticket at a gate to a visitor without one, and admit them: nobody, managers, or every operator.
ALTER TABLE venues ADD COLUMN door_sales text NOT NULL DEFAULT 'off' CHECK (door_sales IN ('off', 'managers', 'operators'));
