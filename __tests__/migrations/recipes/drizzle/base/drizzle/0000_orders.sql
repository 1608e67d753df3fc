CREATE TABLE "drizzle_orders" (
	"id" serial PRIMARY KEY NOT NULL,
	"note" text
);
