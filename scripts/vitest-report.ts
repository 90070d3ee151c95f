/** Reads what vitest's JSON reporter wrote. */
import { existsSync, readFileSync } from 'node:fs';

/** What a stage of the tests found; what was skipped is named. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * @param file the report
 * @param ok whether vitest itself ended with 0. A failure that no test stands for (a file that cannot be loaded, an
 *   error outside of tests, a report that is not there) counts as one failed test, never as none.
 */
export function readVitestReport(file: string, ok: boolean): Tally {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [] };
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const tests = testResults.flatMap(result => result.assertionResults);
  const count = (...states: string[]): number => tests.filter(test => states.includes(test.status)).length;
  const unloadable = testResults.filter(
    result => result.status === 'failed' && !result.assertionResults.some(test => test.status === 'failed'),
  );
  const failed = count('failed') + unloadable.length;
  return {
    passed: count('passed'),
    failed: ok || failed > 0 ? failed : 1,
    skipped: tests.filter(test => !['passed', 'failed'].includes(test.status)).map(test => test.fullName),
  };
}
