export const up = (pgm) => pgm.dropColumns('node_orders', ['note']);
export const down = false;
