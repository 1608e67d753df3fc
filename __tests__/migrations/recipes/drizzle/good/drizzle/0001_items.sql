CREATE TABLE "drizzle_items" (
	"id" serial PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "drizzle_orders" ADD COLUMN "paid_at" timestamp;
