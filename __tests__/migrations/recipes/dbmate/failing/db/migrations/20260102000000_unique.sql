-- migrate:up
ALTER TABLE dbmate_orders ADD CONSTRAINT dbmate_one_note UNIQUE (note);

-- migrate:down
ALTER TABLE dbmate_orders DROP CONSTRAINT dbmate_one_note;
