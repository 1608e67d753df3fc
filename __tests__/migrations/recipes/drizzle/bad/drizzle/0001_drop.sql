ALTER TABLE "drizzle_orders" DROP COLUMN "note";
