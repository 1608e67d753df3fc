// With a driver's adapter Prisma uses the schema engine that comes with npm; without, one that it downloads.
import { PrismaPg } from '@prisma/adapter-pg';

// That engine leaves the timer of its lock running, and each run would last 10 s.
const { setTimeout } = globalThis;
globalThis.setTimeout = (...given) => setTimeout(...given).unref();

export default {
  experimental: { adapter: true },
  engine: 'js',
  adapter: async () => new PrismaPg({ connectionString: process.env.DATABASE_URL, allowExitOnIdle: true }),
};
