/** What Kestra 1.0.20 itself was seen to render, beyond the recorded cases. */
import { describe, expect, test } from 'vitest';
import { render, renderTyped } from '../../src/expression/index.ts';
import { contextOf } from './expression-context.ts';

const context = () =>
  contextOf({
    taskrun: { value: 'b' },
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
    ["{{ -7 | numberFormat('0;0') }}", '-7'],
    ["{{ -7 | numberFormat('0;(0)') }}", '(7)'],
    ["{{ ('1.2345678901234567e20' | number('DOUBLE')) | numberFormat }}", '123,456,789,012,345,670,000'],
    ["{{ 0.1 | numberFormat('0.00000000000000000000') }}", '0.10000000000000000000'],
    ["{{ ('1e400' | number('BIGDECIMAL')) | numberFormat('0E0') }}", '1E400'],
    ["{{ ('1.235' | number('BIGDECIMAL')) | numberFormat('0.0%') }}", '123.5%'],
    ['{{ (1.0 / 0) | numberFormat }}', '∞'],
    ['{{ (-1.0 / 0) | numberFormat }}', '-∞'],
    ['{{ (0.0 / 0) | numberFormat }}', 'NaN'],
    ['{{ (1.0 / 0) | toJson }}', '"Infinity"'],
    // Arithmetic with a BigDecimal goes through doubles, and its digits behind the point with it.
    ["{{ ('4.50' | number('BIGDECIMAL')) + 1 }}", '5.5'],
    ["{{ ('4' | number('BIGDECIMAL')) + 1 }}", '5.0'],
    ["{{ ('4' | number('BIGDECIMAL')) * 2.5 }}", '10.00'],
    ["{{ -('4.5' | number('BIGDECIMAL')) }}", '-4.50'],
    ["{{ ('-4.50' | number('BIGDECIMAL')) | abs }}", '4.50'],
    ["{{ ('-0.0' | number('DOUBLE')) | abs }}", '0.0'],
    // Alone it is printed without an exponent, in a text with one.
    ["{{ '1e3' | number('BIGDECIMAL') }}", '1000'],
    ["{{ '1e-10' | number('BIGDECIMAL') }}", '0.0000000001'],
    ["{{ ('1e3' | number('BIGDECIMAL')) ~ '' }}", '1E+3'],
    // A Float has 32 bits in arithmetic too.
    ["{{ ('0.1' | number('FLOAT')) * 2.5 }}", '0.2500000037252903'],
    ["{{ ('12345.6789' | number('FLOAT')) / 3 }}", '4115.226'],
    ["{{ 12345678901 % ('4.5' | number) }}", '2.0'],
    ["{{ ('0.1' | number) == 0.1 }}", 'false'],
    ["{{ '0.0000000001' | number | className }}", 'java.lang.Float'],
    ["{{ '0.1000000001' | number | className }}", 'java.lang.Double'],
    ["{{ '4.12345678901234567890' | number | className }}", 'java.math.BigDecimal'],
    ["{{ '1e400' | number | className }}", 'java.math.BigDecimal'],
    ['{{ 100000000.5 | toIon }}', '1.000000005E8'],
    ["{{ ('0.1' | number('FLOAT')) | toIon }}", '0.10000000149011612e0'],
    // jq's numbers: functions and literals with a point give Doubles, and texts of them leave the point away.
    ["{{ 3.7 | jq('floor') }}", '[3.0]'],
    ["{{ 4 | jq('sqrt | . + 1') }}", '[3]'],
    ["{{ 4 | jq('1.0, 1e3') }}", '[1.0,1000.0]'],
    ["{{ 3.0 | jq('tostring, tojson, @text') }}", '["3","3","3"]'],
    [`{{ 3.0 | jq('"\\(.)", ([.] | join(","))') }}`, '["3.0","3.0"]'],
    ["{{ 3.0 | jq('length') }}", '[3]'],
    // JSON in a text: no null in maps, doubles as Java spells them.
    ['x {{ fromJson(\'{"a":null,"b":[null,1e3]}\') }}', 'x {"b":[null,1000.0]}'],
    ['{{ fromJson(\'{"a":null}\') | toJson }}', '{}'],
    ['x {{ [0.00001] }}', 'x [1.0E-5]'],
    ['{{ "a: 1\nb: [2]" | yaml }}', '|-\n  a: 1\n  b: [2]\n'],
    ['{{ "a\tb" | yaml }}', '"a\\tb"\n'],
    ['{{ "a\r\nb" | yaml }}', '"a\\r\\nb"\n'],
    ["{{ '~x' | yaml }}", '"~x"\n'],
    ["{{ '\u00a0' | yaml }}", '\u00a0\n'],
    ["{{ '\u0007' | yaml }}", '"\\a"\n'],
    // A line break to YAML 1.1.
    ["{{ 'a\u2028b' | yaml }}", "'a\u2028b'\n"],
    ["{{ {'-a': 1, '.b': 2} | yaml }}", '"-a": 1\n".b": 2\n'],
    ["{{ yaml('a: !!str 1').a | className }}", 'java.lang.String'],
    ['{{ yaml("a: !!int \'1\'").a | className }}', 'java.lang.Integer'],
    ["{{ fromIon('2024-05-06T07:08:09.123456Z') }}", '2024-05-06T07:08:09.123Z'],
    // isIn binds as tightly as .. and ??, before all that counts and joins.
    ["{{ 1 isIn [2] ~ 'x' }}", 'falsex'],
    ['{{ 1 isIn [1] | string | upper }}', 'TRUE'],
    ["{{ 'a' != 'a' isIn ['a'] }}", 'true'],
    ['{{ 1 ?? 2 isIn [3] }}', 'false'],
    ['{{ missing isIn [1] ?? 2 }}', '2'],
    ["{{ inputs.m[missing] ?? 'd' }}", 'd'],
    ["{{ inputs.m.get(missing) ?? 'd' }}", 'd'],
    ['{{ inputs[missing] is defined }}', 'false'],
    ["{{ {'k': null, 'l': [{'m': null}]} | jq('keys, .l') }}", '[["l"],[{}]]'],
    ['{{ fromJson(\'{"n":"x","v":1}\') | replace({\'x\': \'y\'}) | string }}', '{v=1, n=y}'],
    ["{{ ([1] + ('a,b' | split(','))) | length }}", '2'],
    ["{{ -0.0 | numberFormat('0.0') }}", '-0.0'],
    ["{{ 39.55 | numberFormat('0.00E0') }}", '3.95E1'],
    ["{{ 70.65 | numberFormat('0.00E0') }}", '7.07E1'],
    ["{{ '1.5d' | number('FLOAT') }}", '1.5'],
    ["{{ 'NaN' | number('DOUBLE') }}", 'NaN'],
    ["{{ inputs.d | date('O', timeZone='+02:00', locale='fr') }}", 'UTC+2'],
    ["{{ 'ab' | split('', -1) }}", '["a","b",""]'],
    ['{{ [1, [2]] | distinct(1) | length }}', '2'],
    ['{{ randomInt(3, 3) | className }}', 'java.lang.Integer'],
    ["{{ inputs.d | dateAdd('2', 'DAYS', 'yyyy-MM-dd') }}", '2024-05-08'],
    ["{{ '2024-02-29T23:59:59-05:00' | dateAdd(1, 'MONTHS', 'yyyy-MM-dd', timeZone='UTC') }}", '2024-03-30'],
    ["{{ inputs.d | dateAdd(-1.9, 'DAYS', 'yyyy-MM-dd') }}", '2024-05-05'],
    ["{{ inputs.d | date('sql_sec') }}", '2024-05-06 07:08:09'],
    ["{{ inputs.d | date('EEE d MMM', locale='de') }}", 'Mo. 6 Mai'],
    ["{{ inputs.d | date('ccc LLL', locale='de') }}", 'Mo Mai'],
    ["{{ inputs.d | date('MMM MMMM d', locale='ja') }}", '5月 5月 6'],
    ["{{ inputs.d | date('MMM MMMM MMMMM', locale='zh') }}", '5月 五月 5'],
    ["{{ inputs.d | date('h a', locale='es') }}", '7 a.\u00a0m.'],
    ["{{ inputs.d | date('e ww', locale='fr') }}", '2 19'],
    ["{{ inputs.d | date('e ww', locale='fr_FR') }}", '1 19'],
    ["{{ inputs.d | date('full', locale='fr') }}", 'lundi 6 mai 2024, 07:08:09 temps universel coordonné'],
    ["{{ inputs.d | date('long', locale='de') }}", '6. Mai 2024, 07:08:09 UTC'],
    ["{{ inputs.d | date('long', locale='it') }}", '6 maggio 2024 07:08:09 UTC'],
    ["{{ inputs.d | date('short', locale='fr') }}", '06/05/2024 07:08'],
    ["{{ inputs.d | date('z zzzz', timeZone='GMT') }}", 'GMT Greenwich Mean Time'],
    ["{{ inputs.d | date('z', timeZone='UT') }}", 'UT'],
    ["{{ inputs.d | date('MMMM', locale='en_US_POSIX') }}", 'May'],
    ["{{ '06-May-24' | date('d MMMM', existingFormat='dd-MMM-yy', locale='fr') }}", '6 mai'],
    ["{{ '2024-05-06 +02:00' | date('iso_sec', existingFormat='yyyy-MM-dd XXX') }}", '2024-05-06T00:00:00Z'],
    ["{{ '31/02/2024' | date('yyyy-MM-dd', existingFormat='dd/MM/yyyy') }}", '2024-02-29'],
    ["{{ '2024-05-06T07:08:09+02' | date('iso_sec') }}", '2024-05-06T05:08:09Z'],
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
    ["{{ '08' | number }}"],
    ["{{ ' 4.5' | number('BIGDECIMAL') }}"],
    ["{{ ('1e400' | number('BIGDECIMAL')) + 1 }}"],
    [`{{ 'a' | replace({'a': '\${x}'}, regexp=true) }}`],
    ['{{ [1] | flatten(1) }}'],
    ["{{ 'a' | indent(1.5) }}"],
    ["{{ 'a' | indent(2, null) }}"],
    ["{{ currentEachOutput({'a': 1}) }}"],
    ["{{ '2024-02-30' | date }}"],
    ["{{ '2024-02-30' | date(existingFormat='iso_local_date') }}"],
    ["{{ '2024-05-06T24:00:00Z' | date }}"],
    ["{{ '2024-05-06T07:08:09+0200' | date }}"],
    ["{{ 'Tuesday 6 May 2024' | date(existingFormat='EEEE d MMMM yyyy') }}"],
    ["{{ '6 mai 2024' | date(existingFormat='d MMMM yyyy', locale='fr') }}"],
    ["{{ inputs.d | date(locale='FR') }}"],
    ["{{ inputs.d | date(locale='zh-Hans-CN') }}"],
    ['{{ inputs.d | date(null) }}'],
    ['{{ 1 + 1 isIn [2] }}'],
    ['{{ 3 isIn 1..4 }}'],
    ['{{ parent() }}'],
    ['{{ block() }}'],
    ["{{ fileExists('../x') }}"],
  ])('%s, which fails', async template => {
    await expect(render(template, context())).rejects.toThrow();
  });
});

test.each([
  [' {{- 1 }}', '1'],
  ['\n{%- set i = 4 -%}', ''],
  ['{{ 1 -}} ', 1n],
])('%j keeps or loses its kind', async (template, expected) => {
  expect(await renderTyped(template, context())).toBe(expected);
});

test('appLink says whose it is', async () => {
  await expect(render("{{ appLink('x') }}", context())).rejects.toThrow("Kestra's Enterprise Edition");
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
