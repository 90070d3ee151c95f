/** Tags, scopes, white space. */
import { describe, expect, test } from 'vitest';
import { ExpressionError, render } from '../../src/expression/index.ts';
import { contextOf } from './expression-context.ts';

const context = () => contextOf({ l: ['a', 'b'], m: { k: 'v' }, n: null, e: [] });

describe('tags', () => {
  test.each([
    ['for', '{% for x in l %}{{ loop.index }}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}', '0a,1b'],
    ['for over a map', '{% for x in m %}{{ x.key }}={{ x.value }}{% endfor %}', 'k=v'],
    ['for over nothing', '{% for x in n %}x{% else %}none{% endfor %}', ''],
    ['for over an empty list', '{% for x in e %}x{% else %}none{% endfor %}', 'none'],
    [
      'set in a loop changes the name outside',
      "{% set s = '' %}{% for x in l %}{% set s = s ~ x %}{% endfor %}{{ s }}",
      'ab',
    ],
    ['set in a loop defines a name only there', '{% for x in l %}{% set y = x %}{% endfor %}{{ y ?? 1 }}', '1'],
    ['the variable of a loop ends with it', '{% for x in l %}{% endfor %}{{ x ?? 1 }}', '1'],
    ['elseif', '{% if false %}a{% elseif true %}b{% else %}c{% endif %}', 'b'],
    ['macro', "{% macro m(a, b='d') %}{{ a }}{{ b }}{% endmacro %}{{ m('x') }}{{ m('x', b='y') }}", 'xdxy'],
    ['macro used before it is written', '{{ m() }}{% macro m() %}x{% endmacro %}', 'x'],
    ['macro sees nothing outside', '{% macro m() %}{{ l ?? 1 }}{% endmacro %}{{ m() }}', '1'],
    ['macro that fails is left whole', "{% macro m() %}a{{ q }}{% endmacro %}{{ m() ?? 'd' }}{{ l[0] }}", 'da'],
    ['block', "{% block b %}x{% endblock %}{{ block('b') }}{% block 'c' %}y{% endblock c %}", 'xxy'],
    ['filter', '{% filter upper | lower %}A{{ l }}{% endfilter %}', 'a[a, b]'],
    ['verbatim over lines', '{% verbatim %}{{ a }}\n{% b %}{% endverbatim %}', '{{ a }}\n{% b %}'],
    ['comment', 'a{# {{ nope #}b', 'ab'],
    ['white space trimmed', 'a \n{{- 1 -}}\n b', 'a1b'],
    ['a dash without a space is a sign', 'a {{-1}}', 'a -1'],
    ['interpolation', '"#{l[0]}-#{1 + 1}" {{ "#{l[0]}-#{1 + 1}" }}', '"#{l[0]}-#{1 + 1}" a-2'],
    ['interpolation of a map', `{{ "x#{ {'a': 1} }" }}`, 'x{a=1}'],
    ['an interpolation alone, which keeps its kind', `{{ "#{ {'a': 1} }" }} {{ "#{1}" + 1 }}`, '{"a":1} 2'],
  ])('%s', async (_, template, expected) => {
    expect(await render(template, context())).toBe(expected);
  });

  test.each([
    ['{% for x in m.k %}{% endfor %}'],
    ['{% if n %}{% endif %}'],
    ['{% if l %}{% endif %}'],
    ['{% set true = 1 %}'],
    ['{% endif %}'],
    ['{% include "x" %}'],
    ['{% macro m() %}{% endmacro %}{% macro m() %}{% endmacro %}'],
    ['{{ m(1) }}'],
    ['{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}'],
    ['{{ loop.index }}'],
  ])('%s is refused', async template => {
    await expect(render(template, context())).rejects.toBeInstanceOf(ExpressionError);
  });

  test('a text that is no tokens comes before tokens in a wrong order, as in Pebble', async () => {
    await expect(render("{{ a b }}\n{{ 'open }}", context())).rejects.toThrow(/Unclosed "'".*:2\)/s);
    await expect(render('{{ a b (', context())).rejects.toThrow(/Unclosed "\("/);
    await expect(render('{{ a b }}\n{{ 1 }}', context())).rejects.toThrow(/Unexpected token.*"b".*:1\)/s);
  });
});
