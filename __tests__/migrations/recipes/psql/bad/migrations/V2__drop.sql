ALTER TABLE psql_orders DROP COLUMN note;
