import { defineConfig } from 'vitest/config';

/** Folders whose tests drive a real engine, the built program or many processes: one file at a time, after the rest. */
const heavy = [
  'runners',
  'docker',
  'kubernetes',
  'process',
  'engines',
  'launcher',
  'conformance',
  'examples',
  'faults',
  'e2e',
  'packaging',
].map(folder => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    pool: 'forks',
    // Recorded results of date functions are in UTC.
    env: { TZ: 'UTC' },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: heavy,
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'heavy',
          include: heavy,
          // Engines answer late on a loaded machine; a test that hangs still ends.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
