/** What Kestra 1.0.20 itself was seen to render, beyond the recorded cases. */
import { describe, expect, test } from 'vitest';
import { render } from '../../src/expression/index.ts';
import { contextOf } from './expression-context.ts';

const context = () =>
  contextOf({
    inputs: { n: null, e: '', i: 42, m: { k: 'v', n: { x: 1 } }, em: {}, d: '2024-05-06T07:08:09.123456Z' },
  });

describe('as Kestra renders', () => {
  test.each([
    ['{{ inputs.i | base64encode }}', 'NDI='],
    ["{{ {'a': 1} | base64encode | base64decode }}", '{a=1}'],
    ['{{ null contains missing }}', 'false'],
    ['{{ inputs.n | distinct }}', 'null'],
    ["{{ '' is json }}", 'true'],
    ["{{ '' | jq('.') }}", '[null]'],
    ["{{ '' | yaml }}", '--- ""\n'],
    ["{{ '012' | yaml }}", "'012'\n"],
    ["{{ '-012' | yaml }}", '-012\n'],
    ["{{ '0x1F' | yaml }}", '0x1F\n'],
    ["{{ {'1': 1} | yaml }}", '"1": 1\n'],
    ["{{ {'2024-05-06': 1} | yaml }}", '"2024-05-06": 1\n'],
    ["{{ yaml('on: off') }}", '{"on":false}'],
    ["{{ yaml('012') }}", '10'],
    ["{{ yaml('08') }}", '08'],
    ["{{ yaml('1_000') }}", '1000'],
    ["{{ yaml('5.') }}", '5.0'],
    ['{{ yaml(\'a: "1_000"\') }}', '{"a":"1_000"}'],
    ['{% for e in inputs.m %}{{ e }};{% endfor %}', 'k=v;n={x=1};'],
    ['{% for e in inputs.m %}{{ e | toJson }}{{ e.key }}{% endfor %}', '{"k":"v"}k{"n":{"x":1}}n'],
    ['{{ inputs.m.entrySet() }}', '[{"k":"v"},{"n":{"x":1}}]'],
    ['{{ 0.0001 | toJson }}', '1.0E-4'],
    ["{{ -0.5 | numberFormat('#.##') }}", '-0.5'],
    ["{{ 0.005 | numberFormat('#.##') }}", '0.01'],
    ["{{ -0.5 | numberFormat('0') }}", '-0'],
    ["{{ 5 | numberFormat('¤0') }}", '¤5'],
    ["{{ 0.995 | numberFormat('#%') }}", '100%'],
    ["{{ 5 | numberFormat('0%') }}", '500%'],
    ["{{ 0.001 | numberFormat('') }}", '.001'],
    ["{{ 0.125 | numberFormat('0.') }}", '0.'],
    [`{{ 2.5 | numberFormat("0'%'") }}`, '2%'],
    ["{{ 1234567.891 | numberFormat('0E0') }}", '1E6'],
    ["{{ 0.005 | numberFormat('00E0') }}", '50E-4'],
    ["{{ 12345 | numberFormat('##0.#E0') }}", '12.34E3'],
    ["{{ -0.5 | numberFormat('##0.#E0') }}", '-500E-3'],
    ["{{ 99.995 | numberFormat('0.00E00') }}", '1.00E02'],
    ["{{ 0 | numberFormat('0.00E00') }}", '0.00E00'],
    ['{{ randomInt(3, 3) | className }}', 'java.lang.Integer'],
    ["{{ inputs.d | dateAdd('2', 'DAYS', 'yyyy-MM-dd') }}", '2024-05-08'],
    ["{{ '2024-02-29T23:59:59-05:00' | dateAdd(1, 'MONTHS', 'yyyy-MM-dd', timeZone='UTC') }}", '2024-03-30'],
    ["{{ inputs.d | dateAdd(-1.9, 'DAYS', 'yyyy-MM-dd') }}", '2024-05-05'],
    ["{{ inputs.d | date('sql_sec') }}", '2024-05-06 07:08:09'],
    ["{{ fromIon('2024-05-06T') }}", '2024-05-06'],
    ["{{ fromIon('{d: 2024T}').d }}", '2024-01-01'],
    ["{{ fromIon('2024-05-06T07:08Z') }}", '2024-05-06T07:08:00Z'],
    ["{{ fromIon('') }}", ''],
  ])('%s', async (template, expected) => {
    expect(await render(template, context())).toBe(expected);
  });

  test.each([
    ["{{ inputs.i ~ '' | replace({'4': null}) }}"],
    ['{{ inputs.m | jq(null) }}'],
    ["{{ 5 | numberFormat('0#') }}"],
    ["{{ inputs.d | dateAdd('x', 'DAYS') }}"],
  ])('%s, which fails', async template => {
    await expect(render(template, context())).rejects.toThrow();
  });
});

describe("the order of Java's HashMap", () => {
  test.each([
    ["{{ {'z': 0, 'y': 1, 'x': 2} | keys }}", '["x","y","z"]'],
    ["{% for e in {'k1': 0, 'k2': 1, 'k3': 2} %}{{ e.key }},{% endfor %}", 'k3,k1,k2,'],
    ["{% for e in {3: 'c', 1: 'a', 2: 'b'} %}{{ e.key }}{% endfor %}", '123'],
    ["{{ inputs.m | merge({'z': 1, 'a': 2}) | string }}", '{a=2, k=v, n={x=1}, z=1}'],
    ["{{ inputs.em | merge({'z': 1, 'a': 2}) | string }}", '{a=2, z=1}'],
  ])('%s', async (template, expected) => {
    expect(await render(template, context())).toBe(expected);
  });
});
