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
    // A test that hangs still ends. On a loaded machine one of 1.3 s was seen to take 14 s, and engines answer late.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: heavy,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'heavy',
          include: heavy,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
