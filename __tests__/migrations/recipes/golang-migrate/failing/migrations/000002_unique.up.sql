ALTER TABLE golang_orders ADD CONSTRAINT golang_one_note UNIQUE (note);
