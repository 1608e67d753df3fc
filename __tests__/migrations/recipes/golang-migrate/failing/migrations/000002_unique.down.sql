ALTER TABLE golang_orders DROP CONSTRAINT golang_one_note;
