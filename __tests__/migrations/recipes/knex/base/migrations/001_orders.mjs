export const up = (knex) =>
  knex.schema.createTable('knex_orders', (table) => {
    table.increments('id');
    table.text('note');
  });
export const down = (knex) => knex.schema.dropTable('knex_orders');
