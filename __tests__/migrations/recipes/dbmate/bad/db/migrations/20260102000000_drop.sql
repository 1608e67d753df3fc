-- migrate:up
ALTER TABLE dbmate_orders DROP COLUMN note;

-- migrate:down
ALTER TABLE dbmate_orders ADD COLUMN note text;
