export const up = (pgm) => {
  pgm.createTable('node_items', { id: 'id' });
  pgm.addColumns('node_orders', { paid_at: 'timestamptz' });
};
