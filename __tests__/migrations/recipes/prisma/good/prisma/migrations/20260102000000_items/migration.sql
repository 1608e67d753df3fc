-- CreateTable
CREATE TABLE "prisma_items" (
    "id" SERIAL NOT NULL,

    CONSTRAINT "prisma_items_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "prisma_orders" ADD COLUMN     "paid_at" TIMESTAMP(3);
