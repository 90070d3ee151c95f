/** What would run without end, or fill the memory, is stopped with a message. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExpressionError, render } from '../../src/expression/index.ts';
import type { Value } from '../../src/model/value.ts';
import { full } from '../full.ts';
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

/** Loops within loops, round bodies that make texts and lists grow: what takes longest and fills memory first. */
const growth = fc
  .tuple(
    fc.array(fc.constantFrom(10, 1000, 100_000, 1_000_000), { minLength: 1, maxLength: 3 }),
    fc.array(
      fc.constantFrom(
        '{% set s = s ~ s %}',
        "{% set s = [s, s] | join('-') %}",
        "{% set s = s | replace({'x': 'xx'}) %}",
        "{% set s = 'x'.repeat(1000) ~ s %}",
        '{% set l = l + l %}',
        '{% set l = [l, l] | flatten %}',
        "{% set l = range(1, 1000) | jq('[.[], .[]]') %}",
        '{% set m = {"a": m, "b": m} %}',
        '{{ s }}{{ l | length }}',
        '{{ s | base64encode | sha256 }}',
        '{{ m | toJson | length }}',
        '{% macro f(x) %}{{ x }}{{ f(x) }}{% endmacro %}{{ f(s) }}',
        "{{ s | jq('.') ?? 1 }}",
        "{{ 'a' * 3 }}",
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([sizes, bodies]) => {
    const begin = sizes.map((size, depth) => `{% for i${depth} in range(1, ${size}) %}`).join('');
    const setting = "{% set s = 'x' %}{% set l = [1] %}{% set m = {} %}";
    return `${setting}${begin}${bodies.join('')}${'{% endfor %}'.repeat(sizes.length)}{{ s }}`;
  });

// Up to 2 s each: ten million steps, or 64 MiB of text.
const runs = full ? 100 : 4;

test('no template runs longer or writes more than it may', { timeout: runs * 10_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(growth, async template => {
      const began = process.cpuUsage();
      const text = await render(template, contextOf()).catch((error: unknown) => {
        expect(error, template).toBeInstanceOf(ExpressionError);
        return '';
      });
      expect(text.length).toBeLessThanOrEqual(64 * 1024 * 1024);
      const { user, system } = process.cpuUsage(began);
      expect(user + system, template).toBeLessThan(20e6);
    }),
    { numRuns: runs },
  );
});
