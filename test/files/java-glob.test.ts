import { describe, expect, it } from 'vitest';
import { compileGlobs, GlobError } from '../../src/files/java-glob.ts';

const files = ['.hidden.txt', 'a.txt', 'd/b.txt', 'd/e/c.txt', 'x.csv', 'xy.txt', 'a+b(1).txt', 'a]b', 'new\nline.txt'];

/** As observed with Kestra 1.0.20 unless a reason stands beside it. */
const cases: readonly [string, readonly string[]][] = [
  ['*.txt', ['.hidden.txt', 'a.txt', 'xy.txt', 'a+b(1).txt', 'new\nline.txt']],
  ['**.txt', ['.hidden.txt', 'a.txt', 'd/b.txt', 'd/e/c.txt', 'xy.txt', 'a+b(1).txt', 'new\nline.txt']],
  ['**/*.txt', ['d/b.txt', 'd/e/c.txt']],
  ['d/*', ['d/b.txt']],
  ['d/**', ['d/b.txt', 'd/e/c.txt']],
  ['d', []],
  ['{a,x}.*', ['a.txt', 'x.csv']],
  ['[ax].*', ['a.txt', 'x.csv']],
  ['[!a].*', ['x.csv']],
  ['[a-c].txt', ['a.txt']],
  ['?.txt', ['a.txt']],
  ['./a.txt', []],
  ['/a.txt', ['a.txt']],
  ['glob:*.txt', []],
  ['regex:.*txt', ['.hidden.txt', 'a.txt', 'd/b.txt', 'd/e/c.txt', 'xy.txt', 'a+b(1).txt', 'new\nline.txt']],
  ['regex:/w/d/[^/]*', ['d/b.txt']],
  ['glob:/w/d/*', ['d/b.txt']],
  ['a+b(1).txt', ['a+b(1).txt']],
  ['a\\+b*', ['a+b(1).txt']],
  ['a[]]b', ['a]b']],
  ['', []],
];

describe('compileGlobs', () => {
  it.each(cases)('%s', (pattern, expected) => {
    expect(files.filter(compileGlobs([pattern], '/w'))).toEqual(expected);
  });

  it('takes what one of several patterns matches', () => {
    expect(files.filter(compileGlobs(['x.csv', 'd/*']))).toEqual(['d/b.txt', 'x.csv']);
    expect(files.filter(compileGlobs([]))).toEqual([]);
  });

  it.each(['{a', '[a', '{a{b}}', 'a\\', 'regex:(', '[a/b]'])('refuses %s by name', pattern => {
    expect(() => compileGlobs([pattern])).toThrow(GlobError);
    expect(() => compileGlobs([pattern])).toThrow(pattern.replace('regex:', ''));
  });
});
