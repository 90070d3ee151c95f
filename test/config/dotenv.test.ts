import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDotenv } from '../../src/config/dotenv.ts';

test('all forms of an assignment', () => {
  const text = [
    '# comment',
    '',
    'A=1',
    'export B = two words # comment',
    "C='single $x \\n'",
    'D="a\\n\\"b\\" \\$x"',
    'E="line 1',
    'line 2"',
    'F=a#b',
    'G=',
    'H: yaml style',
    'I=\'["json"]\' # comment',
    'A=2',
    'J=#nothing',
  ].join('\r\n');
  expect(Object.fromEntries(parseDotenv(text).values)).toEqual({
    A: '2',
    B: 'two words',
    C: 'single $x \\n',
    D: 'a\n"b" $x',
    E: 'line 1\nline 2',
    F: 'a#b',
    G: '',
    H: 'yaml style',
    I: '["json"]',
    J: '',
  });
});

test('what is no assignment is told by its line, never shown', () => {
  expect(parseDotenv('A=1\nnonsense\nB="open\nC=2\n').faults).toEqual([
    { line: 2, message: 'is no NAME=value' },
    { line: 3, message: 'has a quote (") that is not closed' },
  ]);
});

test('any value survives double quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), value => {
      const wanted = value.replaceAll(/\r\n?/g, '\n');
      const quoted = value.replaceAll(/["\\$]/g, '\\$&');
      expect(parseDotenv(`X="${quoted}"\nY=1\n`).values).toEqual(
        new Map([
          ['X', wanted],
          ['Y', '1'],
        ]),
      );
    }),
  );
});
