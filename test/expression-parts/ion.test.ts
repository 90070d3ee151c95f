import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIon, readIonRows, writeIon } from '../../src/expression/ion/index.ts';
import { double, Real, type Value } from '../../src/model/value.ts';

describe('writeIon', () => {
  test.each<[Value, string]>([
    [{ k: 'v', n: { x: 1 } }, '{k:"v",n:{x:1}}'],
    [[3, 1, 2], '[3,1,2]'],
    ['Hello World', '"Hello World"'],
    [null, 'null'],
    [2.5, '2.5e0'],
    [double(1), '1e0'],
    [1e-7, '1.0E-7'],
    [new Real('big', '2.50'), '2.50'],
    [new Real('big', '3'), '3.'],
    [12345678901n, '12345678901'],
    [{ 'a-b': 1, null: 2, $1: 3, é: 4 }, `{'a-b':1,'null':2,'$1':3,'é':4}`],
    ['say "hi"\n\\ \x01 it\'s', '"say \\"hi\\"\\n\\\\ \\x01 it\'s"'],
    [true, 'true'],
    [Number.NaN, 'nan'],
  ])('case %#', (value, text) => {
    expect(writeIon(value)).toBe(text);
  });
});

describe('readIon', () => {
  test('keeps the kinds of numbers', () => {
    expect(readIon('{a:1,b:1.5e0,c:2.50,d:1e0,e:123456789012,f:-0.0}')).toEqual({
      a: 1,
      b: 1.5,
      c: new Real('big', '2.50'),
      d: new Real('double', '1.0'),
      e: 123456789012n,
      f: new Real('big', '0.0'),
    });
  });

  test('gives text for timestamps, symbols and blobs, and lists for s-expressions', () => {
    expect(readIon('x::{a:2024-05-06T07:08:09.123456+02:00,b:sym,c:{{aGk=}},d:null.int,e:(1 2)}')).toEqual({
      a: '2024-05-06T07:08:09.123+02:00',
      b: 'sym',
      c: 'aGk=',
      d: null,
      e: [1, 2],
    });
  });

  test('reads the first value and looks no further', () => {
    expect(readIon('{a:1}\n{a:2}')).toEqual({ a: 1 });
    expect(readIon('{a:1}\\n{a:2}')).toEqual({ a: 1 });
    expect(() => readIonRows('{a:1}\\n{a:2}')).toThrow('Invalid ion: ');
    expect(readIonRows('{a:1}\n{a:2}')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test.each(['{bad', '[1,', '["é✓",', '{a:1', '[1,{b:2', '"x', '}', '['.repeat(5000)])('refuses %j', text => {
    expect(() => readIon(text)).toThrow(/^Invalid ion: /);
  });

  test('a key named __proto__ is only a key', () => {
    const value = readIon('{__proto__:{a:1}}');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
  });

  test('reads back what was written', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true }).filter(n => !Number.isInteger(n)),
      fc.bigInt({ min: 2n ** 40n, max: 2n ** 80n }),
    );
    const value = fc.letrec(tie => ({
      value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
    })).value;
    fc.assert(
      fc.property(value, v => {
        expect(readIon(writeIon(v as Value))).toEqual(v);
      }),
    );
  });
});
