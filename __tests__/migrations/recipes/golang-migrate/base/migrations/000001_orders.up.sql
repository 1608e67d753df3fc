CREATE TABLE golang_orders (id serial PRIMARY KEY, note text);
