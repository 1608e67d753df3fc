export class Drop1770000000000 {
  name = 'Drop1770000000000';
  async up(queryRunner) {
    await queryRunner.query('ALTER TABLE typeorm_orders DROP COLUMN note');
  }
  async down() {}
}
