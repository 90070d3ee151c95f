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
    name: `${i}.test.ts`,
    status,
    assertionResults: tests.map((state, j) => ({ fullName: `test ${i}.${j}`, status: state })),
  }));
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

test('counts what passed and failed, and names what was skipped', () => {
  const path = report(
    { status: 'failed', tests: ['passed', 'failed', 'skipped'] },
    { status: 'passed', tests: ['passed', 'todo'] },
  );
  expect(readVitestReport(path, false)).toEqual({ passed: 2, failed: 1, skipped: ['test 0.2', 'test 1.1'] });
});

test('a file that cannot be loaded is a failed test', () => {
  const path = report({ status: 'failed', tests: [] }, { status: 'passed', tests: ['passed'] });
  expect(readVitestReport(path, false)).toEqual({ passed: 1, failed: 1, skipped: [] });
});

test('an error outside of all tests is a failed test', () => {
  expect(readVitestReport(report({ status: 'passed', tests: ['passed'] }), false)).toMatchObject({
    passed: 1,
    failed: 1,
  });
});

test('no report at all is a failed test', () => {
  expect(readVitestReport(join(folder, 'none.json'), true)).toMatchObject({ passed: 0, failed: 1 });
});
