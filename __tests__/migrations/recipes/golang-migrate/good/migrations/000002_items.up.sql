CREATE TABLE golang_items (id int PRIMARY KEY);
ALTER TABLE golang_orders ADD COLUMN paid_at timestamptz;
