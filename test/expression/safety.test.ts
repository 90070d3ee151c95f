/** No template reaches the host language, crashes or hangs: whatever is written, the end is a text or an ExpressionError. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filters } from '../../src/expression/filters/index.ts';
import { functions } from '../../src/expression/functions/index.ts';
import { ExpressionError, render, renderTyped } from '../../src/expression/index.ts';
import { listMethods } from '../../src/expression/methods/list-methods.ts';
import { mapMethods } from '../../src/expression/methods/map-methods.ts';
import { numberMethods } from '../../src/expression/methods/number-methods.ts';
import { textMethods } from '../../src/expression/methods/text-methods.ts';
import { tests } from '../../src/expression/tests.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { contextOf } from './expression-context.ts';

const variables: ValueMap = {
  s: 'text',
  l: [1, 'a', null],
  m: { k: 'v', n: { x: 1n } },
  i: 7,
  f: 2.5,
  b: true,
  n: null,
};
const hostNames = ['constructor', '__proto__', 'prototype', '__defineGetter__', '__lookupGetter__', 'hasOwnProperty'];
const otherNames = [
  'valueOf',
  'toLocaleString',
  'isPrototypeOf',
  'arguments',
  'caller',
  'getClass',
  'class',
  'apply',
  'call',
];

/** The result, or the error that a user may see. Anything else fails the test. */
async function outcome(template: string): Promise<string> {
  try {
    return await render(template, contextOf(variables));
  } catch (error) {
    expect(error, template).toBeInstanceOf(ExpressionError);
    return (error as Error).message;
  }
}

describe('the host language', () => {
  const owners = [
    's',
    'l',
    'm',
    'i',
    'f',
    'b',
    "'x'",
    '(1)',
    'range(1, 2)',
    'printContext()',
    '(l | keys)',
    'm.entrySet()',
  ];

  test('is not reached by a name of its own, as attribute, key or method', async () => {
    for (const owner of owners) {
      for (const name of [...hostNames, ...otherNames]) {
        for (const access of [`.${name}`, `['${name}']`, `.${name}()`, `.${name}('return 1')`, `.${name}.${name}`]) {
          await expect(render(`{{ ${owner}${access} }}`, contextOf(variables)), owner + access).rejects.toThrow(
            ExpressionError,
          );
        }
      }
    }
  });

  test('is not reached by names of variables, filters, functions, tests and tags', async () => {
    for (const name of [...hostNames, 'toString', 'valueOf', 'process', 'globalThis', 'require', 'eval', 'Function']) {
      for (const template of [
        `{{ ${name} }}`,
        `{{ ${name}() }}`,
        `{{ s | ${name} }}`,
        `{{ s is ${name} }}`,
        `{% ${name} %}`,
        `{{ s | upper(${name}=1) | ${name} }}`,
      ]) {
        await expect(render(template, contextOf(variables)), template).rejects.toThrow(ExpressionError);
      }
    }
  });

  test('keeps its prototypes: a map made with __proto__ is only a map', async () => {
    const made = await renderTyped(`{{ {'__proto__': {'polluted': 1}} }}`, contextOf());
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(Object.keys(made as ValueMap)).toEqual(['__proto__']);
    await outcome(`{{ m | merge({'__proto__': {'polluted': 1}}) }}{{ fromJson('{"__proto__": {"polluted": 1}}') }}`);
    expect('polluted' in {}).toBe(false);
  });
});

describe('any template', () => {
  const pieces = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      '"',
      "'",
      '#{',
      '}',
      '{',
      '(',
      ')',
      '[',
      ']',
      ',',
      '.',
      ':',
      '?',
      '??',
      '???',
    ],
    ...[
      '|',
      '~',
      '+',
      '-',
      '*',
      '/',
      '%',
      '==',
      '<',
      '..',
      '=',
      ' ',
      '\n',
      '-',
      'not',
      'and',
      'or',
      'is',
      'contains',
      'isIn',
    ],
    ...[
      's',
      'l',
      'm',
      'i',
      'n',
      'missing',
      '1',
      '2.5',
      '0',
      'null',
      'true',
      'upper',
      'sort',
      'first',
      'defined',
      'range',
      'render',
    ],
    ...[
      'if',
      'endif',
      'for',
      'in',
      'endfor',
      'set',
      'macro',
      'endmacro',
      'block',
      'endblock',
      'filter',
      'endfilter',
      'else',
    ],
    ...['verbatim', 'endverbatim', 'raw', 'endraw', ...hostNames],
  );

  test('of random pieces ends in a text or an ExpressionError', async () => {
    const soup = fc.array(pieces, { maxLength: 40 }).map(parts => parts.join(' '));
    await fc.assert(
      fc.asyncProperty(soup, async template => {
        await outcome(template);
        await outcome(`{{ ${template} }}`);
      }),
      { numRuns: 3000 },
    );
  });

  test('that is well formed ends in a text or an ExpressionError', async () => {
    const { expression } = fc.letrec<{ expression: string }>(tie => {
      const inner = tie('expression');
      return {
        expression: fc.oneof(
          { maxDepth: 4, withCrossShrink: true },
          fc.constantFrom('s', 'l', 'm.n', 'i', 'f', 'b', 'n', 'missing', '1', '2.5', "'a'", '[]', '{}', 'l[0]', 'm.k'),
          fc
            .tuple(
              inner,
              fc.constantFrom(
                '+',
                '-',
                '*',
                '/',
                '%',
                '~',
                '==',
                '<',
                '??',
                '???',
                'and',
                'or',
                '..',
                'contains',
                'isIn',
              ),
              inner,
            )
            .map(([a, op, b]) => `(${a} ${op} ${b})`),
          fc
            .tuple(
              inner,
              fc.constantFrom(
                'upper',
                'length',
                'first',
                'sort',
                'reverse',
                'keys',
                'yaml',
                'toJson',
                'join',
                'flatten',
                'abs',
                'string',
                'number',
                'distinct',
                'split(",")',
                'default(1)',
                'merge(l)',
                'chunk(2)',
                'indent(2)',
                'title',
                'urlencode',
                'className',
                'replace({"a": "b"})',
              ),
            )
            .map(([a, filter]) => `(${a} | ${filter})`),
          fc
            .tuple(inner, fc.constantFrom('empty', 'null', 'defined', 'even', 'map', 'json'))
            .map(([a, name]) => `(${a} is ${name})`),
          fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
          fc.tuple(inner, inner).map(([a, b]) => `[${a}, {'k': ${b}}]`),
          fc
            .tuple(inner, fc.constantFrom('size()', 'length', 'get(0)', 'toString()', 'k', 'isEmpty()'))
            .map(([a, name]) => `(${a}).${name}`),
        ),
      };
    });
    await fc.assert(
      fc.asyncProperty(expression, async source => {
        await outcome(`{{ ${source} }}`);
        await outcome(`{% if ${source} %}y{% endif %}{% for x in ${source} %}{{ x }}{% endfor %}`);
      }),
      { numRuns: 1500 },
    );
  });

  test('of any filter, function, test or method with any arguments ends in a text or an ExpressionError', async () => {
    const value = fc.oneof(
      fc.constantFrom(
        's',
        'l',
        'm',
        'i',
        'f',
        'b',
        'n',
        'missing',
        '-1',
        '9223372036854775807',
        '1e9',
        "''",
        "'['",
        '{}',
      ),
      fc.constantFrom(
        "'yyyy-MM-dd'",
        "'2024-02-30'",
        "'Europe/Paris'",
        "'DAYS'",
        "'(a+)+$'",
        "'.. | .[]?'",
        "{'s': m}",
      ),
      fc.string({ maxLength: 8 }).map(text => `'${text.replaceAll(/[\\'#]/g, '')}'`),
    );
    const named = fc.constantFrom('format', 'length', 'key', 'limit', 'regexp', 'x');
    const argument = fc.oneof(
      { weight: 4, arbitrary: value },
      fc.tuple(named, value).map(pair => pair.join('=')),
    );
    const args = fc.array(argument, { maxLength: 3 }).map(list => (list.length === 0 ? '' : `(${list.join(', ')})`));
    const methods = [listMethods, mapMethods, numberMethods, textMethods].flatMap(table => [...table.keys()]);
    const template = fc.oneof(
      fc.tuple(value, fc.constantFrom(...filters.keys()), args).map(([of, name, given]) => `(${of}) | ${name}${given}`),
      fc.tuple(fc.constantFrom(...functions.keys()), args).map(([name, given]) => `${name}${given || '()'}`),
      fc.tuple(value, fc.constantFrom(...methods), args).map(([of, name, given]) => `(${of}).${name}${given || '()'}`),
      fc.tuple(value, fc.constantFrom(...tests.keys())).map(([of, name]) => `${of} is not ${name}`),
    );
    await fc.assert(
      fc.asyncProperty(template, async source => {
        const result = await outcome(`{{ ${source} }}`);
        expect(result, source).not.toMatch(/\[native code\]|\[object |node:internal|\.ts:\d/);
      }),
      { numRuns: 5000 },
    );
  });
});
