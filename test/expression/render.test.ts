/** Rendering: texts, typed values, whole properties, recursion, services that answer later. */
import { describe, expect, test } from 'vitest';
import {
  checkSyntax,
  ExpressionError,
  isTruthy,
  render,
  renderDeep,
  renderDeepTyped,
  renderTyped,
  variablesOf,
} from '../../src/expression/index.ts';
import { Real } from '../../src/model/value.ts';
import { contextOf } from './expression-context.ts';

describe('whole properties', () => {
  const value = { 'k-{{ i }}': ['{{ i }}', 1, 2n, true, null, new Real('double', '1.0')], plain: '{{ l }}' };

  test('render to texts; other values stay as they are', async () => {
    expect(await renderDeep(value, contextOf({ i: 7, l: [1, 2] }))).toEqual({
      'k-7': ['7', 1, 2n, true, null, new Real('double', '1.0')],
      plain: '[1,2]',
    });
  });

  test('render typed: an expression alone keeps its type', async () => {
    expect(await renderDeepTyped(value, contextOf({ i: 7, l: [1, 2] }))).toEqual({
      'k-7': [7, 1, 2n, true, null, new Real('double', '1.0')],
      plain: [1, 2],
    });
  });

  test('of keys that become equal the first wins', async () => {
    expect(await renderDeep({ '{{ a }}': '1', x: '2' }, contextOf({ a: 'x' }))).toEqual({ x: '1' });
  });

  test('a key named __proto__ is only a key', async () => {
    const rendered = await renderDeep({ "{{ '__proto__' }}": '1' }, contextOf());
    expect(Object.keys(rendered as object)).toEqual(['__proto__']);
  });
});

describe('recursion', () => {
  const variables = { a: '{{ b }}', b: '{{ c }}', c: 'end' };

  test('is off by default, on by the setting', async () => {
    expect(await render('{{ a }}', contextOf(variables))).toBe('{{ b }}');
    expect(await render('{{ a }}', { ...contextOf(variables), recursive: true })).toBe('end');
  });

  test('render() goes to the end, renderOnce() one step', async () => {
    expect(
      await render('{{ render(a) }} {{ renderOnce(a) }} {{ render(a, recursive=false) }}', contextOf(variables)),
    ).toBe('end {{ c }} {{ c }}');
  });

  test('render() sees what the template has set', async () => {
    expect(await render("{% set x = 'set' %}{{ render('{{ x }}') }}", contextOf())).toBe('set');
  });

  test('raw blocks are left alone, and lose their tags', async () => {
    const context = { ...contextOf(variables), recursive: true };
    expect(await render('{{ a }} {% raw %}{{ b }}{% endraw %}', context)).toBe('end {{ b }}');
  });
});

describe('services', () => {
  test('that answer later are asked once for the same thing', async () => {
    const asked: string[] = [];
    const context = contextOf(
      {},
      {
        kv: async key => {
          asked.push(key);
          return key.length;
        },
      },
    );
    expect(await render("{{ kv('a') }}{{ kv('a') }}{{ kv('bcd') }}", context)).toBe('113');
    expect(asked).toEqual(['a', 'bcd']);
  });

  test('that answer at once need no waiting', async () => {
    expect(await render("{{ kv('a') }}", contextOf({}, { kv: () => 'x' }))).toBe('x');
  });

  test('that fail give their message, with the place', async () => {
    const context = contextOf({}, { read: () => Promise.reject(new Error('no such file')) });
    const attempt = render("line\n  {{ read('x') }}", context);
    await expect(attempt).rejects.toThrow('no such file');
    await expect(attempt).rejects.toMatchObject({ line: 2, column: 6 });
  });

  test('that are absent say so', async () => {
    await expect(render("{{ kv('a') }}", contextOf())).rejects.toThrow("The 'kv' function is not available here.");
  });
});

describe('variables', () => {
  test('are not asked for before they are used', async () => {
    const variables = variablesOf({ used: 'x', costly: () => expect.fail('was not needed') });
    expect(await render('{{ used }}', { ...contextOf(), variables })).toBe('x');
  });
});

describe('errors', () => {
  test('of a missing name are in Kestra’s words', async () => {
    const attempt = render('a\n{{ inputs.x.y }}', contextOf({ inputs: {} }));
    await expect(attempt).rejects.toThrow('Unable to find `x` used in the expression `a\n{{ inputs.x.y }}` at line 2');
    await expect(attempt).rejects.toMatchObject({ line: 2, column: 11, expression: 'a\n{{ inputs.x.y }}' });
  });

  test.each([
    ['{{ a', { line: 1, column: 5 }],
    ['x\n{{ a | }}', { line: 2, column: 8 }],
    ['{% if a %}\n\nb', { line: 3, column: 2 }],
    ['{% nope %}', { line: 1, column: 4 }],
    ["{{ 'a }}", { line: 1, column: 4 }],
    ['{{ (a }}', { line: 1, column: 4 }],
    ['{{ a + * b }}', { line: 1, column: 8 }],
  ])('of syntax are found without rendering: %s', async (template, position) => {
    expect(checkSyntax(template)).toMatchObject(position);
    await expect(render(template, contextOf({ a: 1, b: 2 }))).rejects.toBeInstanceOf(ExpressionError);
  });

  test('there are none in what is well formed', () => {
    expect(checkSyntax("{% raw %}{{ {% {% endraw %}{{ a ?? 'x' }}{% verbatim %}{{{% endverbatim %}")).toBeUndefined();
  });

  test('of typed rendering: a list beside a text', async () => {
    await expect(renderTyped('a{{ l }}', contextOf({ l: [1] }))).rejects.toThrow(/Cannot concat/);
  });
});

test('a condition is false only for nothing, "false", "0", "-0" and ""', () => {
  expect(['false', '0', '-0', '', null].map(isTruthy)).toEqual([false, false, false, false, false]);
  expect(['False', '0.0', ' ', '[]', 'null', 'no'].every(isTruthy)).toBe(true);
});
