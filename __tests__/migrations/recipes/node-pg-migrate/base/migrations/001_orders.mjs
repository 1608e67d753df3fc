export const up = (pgm) => pgm.createTable('node_orders', { id: 'id', note: 'text' });
