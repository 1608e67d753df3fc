export const up = async (knex) => {
  await knex.schema.createTable('knex_items', (table) => table.increments('id'));
  await knex.schema.alterTable('knex_orders', (table) => table.timestamp('paid_at'));
};
export const down = async (knex) => {
  await knex.schema.alterTable('knex_orders', (table) => table.dropColumn('paid_at'));
  await knex.schema.dropTable('knex_items');
};
