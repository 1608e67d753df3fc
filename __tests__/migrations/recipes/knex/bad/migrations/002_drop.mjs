export const up = (knex) => knex.schema.alterTable('knex_orders', (table) => table.dropColumn('note'));
export const down = (knex) => knex.schema.alterTable('knex_orders', (table) => table.text('note'));
