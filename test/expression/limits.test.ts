/** What would run without end, or fill the memory, is stopped with a message. */
import { describe, expect, test } from 'vitest';
import { ExpressionError, render } from '../../src/expression/index.ts';
import type { Value } from '../../src/model/value.ts';
import { contextOf } from './expression-context.ts';

const deepList = (levels: number): Value => {
  let list: Value = [];
  for (let i = 0; i < levels; i++) list = [list];
  return list;
};

describe('limits', () => {
  test.each([
    ['nested loops', '{% for x in range(1, 100000) %}{% for y in range(1, 100000) %}{% endfor %}{% endfor %}', /steps/],
    [
      'a text that doubles',
      "{% set s = 'xxxxxxxx' %}{% for x in range(1, 60) %}{% set s = s ~ s %}{% endfor %}",
      /64 MiB/,
    ],
    ['output', "{% set s = 'x'.repeat(1000000) %}{% for x in range(1, 100) %}{{ s }}{% endfor %}", /64 MiB/],
    ['repeat', "{{ 'x'.repeat(1000000000) }}", /64 MiB/],
    ['indent', "{{ 'a\n' | indent(1000000000) }}", /64 MiB/],
    ['a range', '{{ range(1, 10000000) }}', /more than 1000000/],
    ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', /within each other/],
    ['a block that shows itself', "{% block b %}{{ block('b') }}{% endblock %}", /within each other/],
    ['brackets', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`, /levels/],
    ['a long chain', `{{ 1${' + 1'.repeat(5000)} }}`, /levels/],
    ['a chain of attributes', `{{ a${'.a'.repeat(5000)} }}`, /levels/],
    ['a chain of filters on a body', `{% filter ${'upper | '.repeat(5000)}lower %}{% endfilter %}`, /levels/],
    [
      'chains within chains',
      `{{ ${'('.repeat(150)}1${` ~ 1 ~ 1 ~ 1 ~ 1 ~ 1 ~ 1 ~ 1 ~ 1${')'}`.repeat(150)} }}`,
      /levels/,
    ],
    ['interpolations', `{{ "${'#{1}'.repeat(5000)}" }}`, /levels/],
    ['tags within tags', `${'{% if true %}'.repeat(3000)}${'{% endif %}'.repeat(3000)}`, /levels/],
    [
      'a regular expression',
      "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | replace({'(a+)+$': ''}, regexp=true) }}",
      /2 s/,
    ],
    ['deep data', '{{ deep | string }}', /too (large|deep)/],
    ['deep JSON', '{{ deep }}', /too (large|deep)/],
    ['rendering itself', '{{ render(self) }}', /Too many rendering attempts/],
    ['renderings that alternate', '{{ render(ping) }}', /Too many rendering attempts/],
  ])('%s', async (_, template, message) => {
    const context = contextOf({
      deep: deepList(100_000),
      self: '{{ render(self) }}',
      ping: '{{ pong }}',
      pong: '{{ ping }}',
    });
    const attempt = render(template, context);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(ExpressionError);
  });

  test('an expression that always asks something new ends', async () => {
    const context = contextOf({}, { kv: async () => 'x' });
    await expect(render("{{ kv(uuid()) }}{{ 'never' }}", context)).rejects.toThrow(ExpressionError);
  });

  test('an alias bomb in YAML ends', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    await expect(render('{{ yaml(bomb) }}', contextOf({ bomb: lines.join('\n') }))).rejects.toThrow(/Invalid yaml/);
  });
});
