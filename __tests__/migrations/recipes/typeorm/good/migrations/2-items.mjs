export class Items1770000000000 {
  name = 'Items1770000000000';
  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE typeorm_items (id serial PRIMARY KEY)');
    await queryRunner.query('ALTER TABLE typeorm_orders ADD COLUMN paid_at timestamptz');
  }
  async down() {}
}
