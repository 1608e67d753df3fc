-- migrate:up
CREATE TABLE dbmate_orders (id serial PRIMARY KEY, note text);

-- migrate:down
DROP TABLE dbmate_orders;
