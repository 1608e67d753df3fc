ALTER TABLE "drizzle_orders" ADD CONSTRAINT "one_note" UNIQUE("note");
