-- CreateIndex
CREATE UNIQUE INDEX "prisma_orders_note_key" ON "prisma_orders"("note");
