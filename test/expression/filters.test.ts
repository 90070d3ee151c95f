/** Filters and functions whose results have a shape of their own. */
import { describe, expect, test } from 'vitest';
import { ExpressionError, render, renderTyped } from '../../src/expression/index.ts';
import { contextOf } from './expression-context.ts';

const variables = {
  m: {
    k: 'v',
    n: { x: 1 },
    list: [1, { y: 'no', z: [] }],
    empty: {},
    text: 'a\nb\n',
    colon: 'x: y',
    dash: '- x',
    '': '~',
  },
  nest: [[1, [2]], 'a'],
  l: [3, 1, 2],
};

describe('yaml', () => {
  test('is spelt as Jackson does', async () => {
    expect(await render('{{ m | yaml }}', contextOf(variables))).toBe(
      [
        'k: v',
        '"n":',
        '  x: 1',
        'list:',
        ' - 1',
        ' -',
        '  "y": "no"',
        '  z: []',
        'empty: {}',
        'text: |',
        '  a',
        '  b',
        'colon: "x: y"',
        "dash: '- x'",
        '"": "~"',
        '',
      ].join('\n'),
    );
    expect(await render('{{ nest | yaml }}', contextOf(variables))).toBe(' -\n   - 1\n   -\n     - 2\n - a\n');
  });

  test('is read back to the same value', async () => {
    expect(await renderTyped('{{ yaml(m | yaml) }}', contextOf(variables))).toEqual(variables.m);
    expect(await renderTyped('{{ yaml(nest | yaml) }}', contextOf(variables))).toEqual(variables.nest);
  });

  test('keeps the kinds of numbers, and dates as texts', async () => {
    const text = 'a: 1.0\nb: 12345678901\nc: 2024-05-06\nd: 0x1F\ne: yes\nf: ~\ng: &x [1]\nh: *x';
    expect(await render('{{ yaml(t) }}', contextOf({ t: text }))).toBe(
      '{"a":1.0,"b":12345678901,"c":"2024-05-06","d":31,"e":true,"g":[1],"h":[1]}',
    );
  });
});

describe('numberFormat', () => {
  test.each([
    ['1234567.891', '#,##0.00', '1,234,567.89'],
    ['0.125', '0.00', '0.12'],
    ['0.375', '0.00', '0.38'],
    ['2.675', '0.00', '2.67'],
    ['0.256', '#%', '26%'],
    ['(-1234.5)', '#,##0.###', '-1,234.5'],
    ['(-5)', '0.0;(0.0)', '(5.0)'],
    ['42', '00000', '00042'],
    ['0', '#.##', '0'],
    ['0.5', '#.##', '0.5'],
    ['3', "0 'kg'", '3 kg'],
    ['12345678901234567890123.0', '#,##0', undefined],
  ])('%s as %s', async (number, format, expected) => {
    const attempt = render(`{{ ${number} | numberFormat("${format}") }}`, contextOf());
    if (expected === undefined) expect(await attempt).toMatch(/^12,345,678,901,234,56/);
    else expect(await attempt).toBe(expected);
  });
});

describe('regular expressions of Java', () => {
  test.each([
    ['a-b_c', '[-_]', '.', 'a.b.c'],
    ['x1y22', '(\\d+)', '<$1>', 'x<1>y<22>'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Java's replacement
    ['2024-05', '(?<y>\\d+)-(?<m>\\d+)', '${m}/${y}', '05/2024'],
    ['a.b', '\\Q.\\E', '$0', 'a.b'],
    ['Ab', '(?i)a', 'x', 'xb'],
    ['ab cd', '\\p{Alpha}+', 'x', 'x x'],
    ['a]b}c', '[]}]', '', 'abc'],
    ['a]b}c', ']|}', '', 'abc'],
    ['ab', '(?<=a)b', '', 'a'],
    ['éa', '[^\\p{ASCII}]', '', 'a'],
    ['a\n', '$', '!', 'a!\n!'],
    ['abc', '[a-c&&[^b]]', '', 'b'],
    ['aa', 'a++', '', undefined],
    ['aa', '(?>a)', '', undefined],
    ['a', '(', '', undefined],
    ['a', 'a', '$', undefined],
  ])('%s: %s by %s', async (text, pattern, replacement, expected) => {
    const attempt = render(
      '{{ t | replace({p: r}, regexp=true) }}',
      contextOf({ t: text, p: pattern, r: replacement }),
    );
    if (expected === undefined) await expect(attempt).rejects.toBeInstanceOf(ExpressionError);
    else expect(await attempt).toBe(expected);
  });
});

describe('collections', () => {
  test('are not changed by filters', async () => {
    const template = '{{ l | sort }}{{ l | reverse }}{{ l + 4 }}{{ l | merge([5]) }}{{ l }}';
    expect(await render(template, contextOf(variables))).toBe('[1,2,3][2,1,3][3,1,2,4][3,1,2,5][3,1,2]');
    expect(variables.l).toEqual([3, 1, 2]);
  });

  test('that are no lists in Java cannot be sorted or indexed', async () => {
    for (const template of ['{{ m | keys | sort }}', '{{ (m | keys)[0] }}', '{{ m.values() | reverse }}']) {
      await expect(render(template, contextOf(variables)), template).rejects.toBeInstanceOf(ExpressionError);
    }
    expect(await render("{{ m.n | keys | first }}{{ m.n | keys | join(',') }}", contextOf(variables))).toBe('xx');
  });

  test('that split gives are arrays: sorted, but not backwards, and without the methods of a list', async () => {
    expect(await render("{{ 'b,a' | split(',') | sort | first }}", contextOf(variables))).toBe('a');
    for (const template of ["{{ 'b,a' | split(',') | rsort }}", "{{ ('b,a' | split(',')).size() }}"]) {
      await expect(render(template, contextOf(variables)), template).rejects.toBeInstanceOf(ExpressionError);
    }
  });

  test('of one item are sorted whatever it is', async () => {
    expect(await render('{{ [m] | sort | length }}', contextOf(variables))).toBe('1');
  });
});

describe('functions', () => {
  test('identifiers have their shapes', async () => {
    expect(await render('{{ uuid() }}', contextOf())).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(await render('{{ ksuid() }}', contextOf())).toMatch(/^[0-9A-Za-z]{27}$/);
    expect(await render('{{ id() }}', contextOf())).toMatch(/^[0-9A-Za-z]{18,22}$/);
    expect(await render("{{ nanoId(5, 'a') }}", contextOf())).toBe('aaaaa');
  });

  test('randomPort gives a free port for each place', async () => {
    const [a, b] = (await render('{{ randomPort() }} {{ randomPort() }}', contextOf())).split(' ').map(Number);
    expect(a).toBeGreaterThan(1023);
    expect(b).toBeGreaterThan(1023);
  });

  test('decrypt refuses what is not of this key', async () => {
    const key = 'I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK';
    for (const text of ['AAAA', 'not base64!', 'A'.repeat(64)]) {
      await expect(render(`{{ decrypt('${key}', '${text}') }}`, contextOf())).rejects.toBeInstanceOf(ExpressionError);
    }
  });

  test('tasksWithState finds tasks and iterations', async () => {
    const tasks = { a: { state: 'FAILED' }, each: { x: { state: 'FAILED' }, y: { state: 'SUCCESS' } } };
    expect(await renderTyped("{{ tasksWithState('failed') }}", contextOf({ tasks }))).toEqual([
      { taskId: 'a', state: 'FAILED' },
      { taskId: 'each', state: 'FAILED', value: 'x' },
    ]);
  });

  test('now() takes the clock it is given', async () => {
    const context = contextOf({}, { now: () => 1714979289123 });
    expect(await render("{{ now(timeZone='UTC') }}", context)).toBe('2024-05-06T07:08:09.123000Z');
  });
});
