/** Reads what vitest's JSON reporter wrote. */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What a stage of the tests found; what failed and what was skipped is named. */
export interface Tally {
  readonly passed: number;
  readonly failures: readonly string[];
  readonly skipped: readonly string[];
}

interface Report {
  readonly testResults: readonly {
    /** The file's path. */
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/**
 * @param file the report
 * @param ok whether vitest itself ended with 0. A failure that no test stands for (a file that cannot be loaded, an
 *   error outside of tests, a report that is not there) counts as one failed test, never as none.
 * @param root the folder that paths are told from
 */
export function readVitestReport(file: string, ok: boolean, root: string): Tally {
  if (!existsSync(file)) return { passed: 0, failures: ['vitest: it ended without a report'], skipped: [] };
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const tests = testResults.flatMap(result => result.assertionResults);
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const path = relative(root, name);
    const failed = assertionResults.filter(test => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [`${path}${why(message)}`];
    return failed.map(({ fullName, failureMessages }) => `${path} ${fullName}${why(failureMessages?.[0])}`);
  });
  return {
    passed: tests.filter(test => test.status === 'passed').length,
    failures: ok || failures.length > 0 ? failures : ['vitest: an error outside of all tests'],
    skipped: tests.filter(test => !['passed', 'failed'].includes(test.status)).map(test => test.fullName),
  };
}

/** The first line: the whole stands where the test ran. */
function why(message = ''): string {
  const [line = ''] = stripVTControlCharacters(message).trim().split('\n');
  return line === '' ? '' : `: ${line}`;
}
