import { availableParallelism } from 'node:os';

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  // No test measures time by it: it ends what hangs, also on a machine that is busy with something else.
  testTimeout: 180_000,
  // The tests mostly wait for servers and programs.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
};
