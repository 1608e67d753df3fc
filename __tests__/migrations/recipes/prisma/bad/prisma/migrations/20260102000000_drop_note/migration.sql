/*
  Warnings:

  - You are about to drop the column `note` on the `prisma_orders` table. All the data in the column will be lost.

*/
-- AlterTable
ALTER TABLE "prisma_orders" DROP COLUMN "note";
