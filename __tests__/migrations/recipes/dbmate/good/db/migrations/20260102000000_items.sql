-- migrate:up
CREATE TABLE dbmate_items (id int PRIMARY KEY);
ALTER TABLE dbmate_orders ADD COLUMN paid_at timestamptz;

-- migrate:down
ALTER TABLE dbmate_orders DROP COLUMN paid_at;
DROP TABLE dbmate_items;
