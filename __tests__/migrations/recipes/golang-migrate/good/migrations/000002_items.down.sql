ALTER TABLE golang_orders DROP COLUMN paid_at;
DROP TABLE golang_items;
