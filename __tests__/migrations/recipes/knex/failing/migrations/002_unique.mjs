export const up = (knex) => knex.schema.alterTable('knex_orders', (table) => table.unique('note'));
export const down = (knex) => knex.schema.alterTable('knex_orders', (table) => table.dropUnique('note'));
