export class Orders1760000000000 {
  name = 'Orders1760000000000';
  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE typeorm_orders (id serial PRIMARY KEY, note text)');
  }
  async down() {}
}
