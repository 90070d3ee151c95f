import { expect, test } from 'vitest';
import { problemText } from '../../src/flow/index.ts';
import type { Problem } from '../../src/model/flow.ts';

function problem(line: number, column: number, rest: Partial<Problem> = {}): Problem {
  return {
    code: 'unknown-property',
    severity: 'error',
    message: 'a: Unrecognized field "mesage"',
    path: 'tasks[0]',
    position: { line, column },
    ...rest,
  };
}

test('shows the place, the lines around it and what to do', () => {
  const text = 'tasks:\n  - id: a\n    mesage: x\n';
  expect(
    problemText(problem(3, 5, { hint: 'Did you mean "message"?' }), { name: 'f.yaml', text }, { color: false }),
  ).toBe(
    [
      'f.yaml:3:5 unknown-property',
      '  a: Unrecognized field "mesage"',
      '  2 │   - id: a',
      '  3 │     mesage: x',
      '    │     ^',
      '  Did you mean "message"?',
    ].join('\n'),
  );
});

test('stays within 80 columns, with the caret below its place', () => {
  const line = `x: ${'ab '.repeat(100)}HERE${' cd'.repeat(100)}`;
  const column = line.indexOf('HERE') + 1;
  const rows = problemText(
    problem(1, column, { message: 'word '.repeat(60).trim() }),
    { name: 'f.yaml', text: line },
    { color: false },
  ).split('\n');
  expect(Math.max(...rows.map(row => row.length))).toBeLessThanOrEqual(80);
  const shown = rows.findIndex(row => row.includes('HERE'));
  expect(rows[shown]?.indexOf('HERE')).toBe(rows[shown + 1]?.indexOf('^'));
});

test('colours only when asked, and never passes on control characters of the file', () => {
  const source = { name: 'f.yaml', text: 'a: \x1b[31mred\n' };
  expect(problemText(problem(1, 1), source, { color: false })).not.toContain('\x1b');
  expect(problemText(problem(1, 1), source, { color: true })).toContain('\x1b[31munknown-property');
});

test('a place behind the end of the file is no fault', () => {
  expect(problemText(problem(9, 4), { name: 'f.yaml', text: 'a: 1' }, { color: false })).toContain('f.yaml:9:4');
});
