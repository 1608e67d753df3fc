CREATE TABLE psql_orders (id serial PRIMARY KEY, note text);
