import { readdirSync } from 'node:fs';
import { DataSource } from 'typeorm';

const files = readdirSync(new URL('migrations', import.meta.url)).sort();
const modules = await Promise.all(files.map((file) => import(`./migrations/${file}`)));

export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  migrationsTableName: 'typeorm_migrations',
  migrations: modules.flatMap((module) => Object.values(module)),
});
