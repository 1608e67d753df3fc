-- CreateTable
CREATE TABLE "prisma_orders" (
    "id" SERIAL NOT NULL,
    "note" TEXT,

    CONSTRAINT "prisma_orders_pkey" PRIMARY KEY ("id")
);
