import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readVitestReport } from '../../scripts/vitest-report.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-report-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function report(...files: { status: string; tests: string[] }[]): string {
  const path = join(folder, 'report.json');
  const testResults = files.map(({ status, tests }, i) => ({
    name: join(folder, `${i}.test.ts`),
    status,
    assertionResults: tests.map((state, j) => ({
      fullName: `test ${i}.${j}`,
      status: state,
      failureMessages: state === 'failed' ? ['\u001b[31mAssertionError: 1 is not 2\u001b[39m\n    at x'] : [],
    })),
  }));
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

const read = (path: string, ok: boolean) => readVitestReport(path, ok, folder);

test('counts what passed, and names what failed and what was skipped', () => {
  const path = report(
    { status: 'failed', tests: ['passed', 'failed', 'skipped'] },
    { status: 'passed', tests: ['passed', 'todo'] },
  );
  expect(read(path, false)).toEqual({
    passed: 2,
    failures: ['0.test.ts test 0.1: AssertionError: 1 is not 2'],
    skipped: ['test 0.2', 'test 1.1'],
  });
});

test('a file that cannot be loaded is a failed test', () => {
  const path = report({ status: 'failed', tests: [] }, { status: 'passed', tests: ['passed'] });
  expect(read(path, false)).toEqual({ passed: 1, failures: ['0.test.ts'], skipped: [] });
});

test('an error outside of all tests is a failed test', () => {
  expect(read(report({ status: 'passed', tests: ['passed'] }), false)).toMatchObject({
    passed: 1,
    failures: ['vitest: an error outside of all tests'],
  });
});

test('no report at all is a failed test', () => {
  expect(read(join(folder, 'none.json'), true)).toMatchObject({
    passed: 0,
    failures: ['vitest: it ended without a report'],
  });
});
