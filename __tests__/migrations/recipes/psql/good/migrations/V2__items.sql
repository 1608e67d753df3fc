CREATE TABLE psql_items (id int PRIMARY KEY);
ALTER TABLE psql_orders ADD COLUMN paid_at timestamptz;
