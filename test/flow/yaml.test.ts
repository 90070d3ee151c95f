import { describe, expect, test } from 'vitest';
import { readYaml } from '../../src/flow/yaml/read-yaml.ts';
import { plainScalar } from '../../src/model/plain-scalar.ts';
import { Real } from '../../src/model/value.ts';
import { cpuMs } from '../cpu-time.ts';

describe('plain scalars are read as SnakeYAML and Jackson do', () => {
  test.each([
    ['yes', true], ['Off', false], ['TRUE', true], ['yEs', 'yEs'], ['~', null], ['null', null], ['', null],
    ['12', 12], ['-7', -7], ['+5', 5], ['1_000', 1000], ['010', 8], ['08', '08'], ['0x1F', 31], ['0b101', 5], ['0o17', '0o17'],
    ['2147483648', 2147483648n], ['123456789012345678901', 123456789012345678901n],
    ['2.5', 2.5], ['1e3', new Real('double', '1000.0')], ['.5', 0.5], ['1.0', new Real('double', '1.0')],
    ['1:30', '1:30'], ['2024-05-06', '2024-05-06'], ['-', '-'], ['.', '.'], ['-x', '-x'], ['y', 'y'], ['0x', '0x'],
  ])('%s', (text, value) => {
    expect(plainScalar(text)).toEqual(value);
  }); // biome-ignore format: a table
});

describe('what a YAML file holds', () => {
  test('several documents, empty ones left out', () => {
    expect(readYaml('a: 1\n---\n# nothing\n---\nb: 2\n').documents.map(({ value }) => value)).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
  });

  test('each document has its own source', () => {
    expect(readYaml('a: 1\n---\nb: 2\n').documents.map(({ source }) => source.trim())).toEqual(['a: 1', 'b: 2']);
  });

  test('aliases share a value, merge keys fill in what is missing', () => {
    const { documents } = readYaml('base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  y: 3\nlist: [*b]\n');
    expect(documents[0]?.value).toEqual({ base: { x: 1, y: 2 }, mine: { x: 1, y: 3 }, list: [{ x: 1, y: 2 }] });
  });

  test('a key named __proto__ is a key', () => {
    const value = readYaml('__proto__: {x: 1}\n').documents[0]?.value as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('bad YAML gives one clear problem', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...[...'bcdefghi'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
  ].join('\n');
  test.each([
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', '3:1 duplicate-key'],
    ['an expression without quotes', 'a: 1\nb: {{ x }}\n', '2:5 not-yaml'],
    ['a bracket left open', 'a: [1, 2\nb: 3\n', '2:1 not-yaml'],
    ['a tab', 'a:\n\t- b\n', '2:1 not-yaml'],
    ['an alias bomb', bomb, '5:23 alias-bomb'],
    ['an unknown alias', 'a: *b\n', '1:4 unknown-alias'],
    ['a megabyte of brackets', '['.repeat(2 ** 20), '1:201 too-deep'],
    ['a megabyte of closing brackets', ']'.repeat(2 ** 20), '1:1 not-yaml'],
    ['deep block nesting', '- '.repeat(2 ** 18), '1:400 too-deep'],
    ['a binary file', 'a: 1\n\0\x01\x02', '2:1 not-yaml'],
    ['a key that is a list', '? [a]\n: b\n', '1:3 not-yaml'],
  ])('%s', (_, text, place) => {
    const took = cpuMs(() => {
      const { problems } = readYaml(text);
      expect(problems.map(({ position, code }) => `${position.line}:${position.column} ${code}`)).toEqual([place]);
    });
    expect(took).toBeLessThan(2000);
  });

  test('an expression without quotes is explained', () => {
    expect(readYaml('b: {{ x }}\n').problems[0]?.hint).toContain('in quotes');
  });
});
