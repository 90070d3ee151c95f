/** Whatever a file holds: problems, never an exception, with places that are in the file. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemText } from '../../src/flow/index.ts';
import { read } from './reading.ts';

const whole = `id: t
namespace: company.team
labels: {a: b}
inputs:
  - {id: x, type: SELECT, values: [a, b], dependsOn: {inputs: [y], condition: "{{ inputs.y }}"}}
  - {id: y, type: INT, min: 1, defaults: 2}
pluginDefaults:
  - {type: io.kestra.plugin.scripts, forced: true, values: {env: {A: b}, beforeCommands: [x]}}
triggers:
  - {id: s, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 1 * * *"}
tasks:
  - id: d
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task: {id: a, type: io.kestra.plugin.scripts.shell.Commands, runner: DOCKER, docker: {image: b}, commands: [c]}
      - task: {id: b, type: io.kestra.plugin.core.log.Log, message: 010, retry: {type: constant, interval: PT1S}}
        dependsOn: [a]
  - id: w
    type: io.kestra.plugin.core.flow.Switch
    value: "{{ outputs.d }}"
    cases:
      yes: [{id: c, type: io.kestra.plugin.core.debug.Return}]
outputs: [{id: o, type: STRING, value: "{{ outputs.d }}"}]
`;

function check(text: string): void {
  const { problems } = read(text);
  const lines = text.split(/\r\n|\n|\r/);
  for (const problem of problems) {
    expect(problem.position.line).toBeGreaterThan(0);
    expect(problem.position.line).toBeLessThanOrEqual(lines.length);
    expect(problem.position.column).toBeGreaterThan(0);
    expect(problem.message).not.toMatch(/\[object|undefined|TypeError/);
    problemText(problem, { name: 'x', text }, { color: false });
  }
}

test('the flow itself is right', () => {
  expect(read(whole).problems).toEqual([]);
});

test('maps and lists where the id of an input is wanted', () => {
  const text = whole.replace('{inputs: [y]', '{inputs: [{a: y}, [y], y]');
  check(text);
  expect(read(text).problems.map(({ code }) => code)).toEqual(['wrong-type', 'wrong-type']);
});

test('maps that cannot be made a text, where ids are wanted', () => {
  const map = '{toString: false}';
  check(whole.replace('id: t', `id: ${map}`));
  check(whole.replace('id: o', `id: ${map}`));
  check(whole.replace('inputs: [y]', `inputs: [${map}]`));
  check(whole.replace('interval: PT1S', `interval: ${map}`));
  check(
    `${whole}sla: [{id: s, type: MAX_DURATION, duration: ${map}, behavior: ${map}}]\nchecks: [{condition: ${map}}]\n`,
  );
});

test('any part cut out', () => {
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(40), (start, length) =>
      check(whole.slice(0, start) + whole.slice(start + length)),
    ),
    { numRuns: 150 },
  );
});

test('any scalar or bracket put in', () => {
  const pieces = fc.constantFrom(
    'null',
    '[]',
    '{}',
    '5',
    '1.5',
    '- x',
    '"',
    "'",
    '{{ x }}',
    ': ',
    '*a ',
    '&a ',
    '!!int ',
    '\t',
    '{',
    ']',
    '|',
    '\u0000',
    '~',
    '<<: ',
    '__proto__',
  );
  fc.assert(
    fc.property(fc.nat(whole.length), pieces, fc.nat(12), (at, piece, replaced) =>
      check(whole.slice(0, at) + piece + whole.slice(at + replaced)),
    ),
    { numRuns: 200 },
  );
});

test('any value anywhere in a flow', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const keys = [
    'id',
    'namespace',
    'tasks',
    'inputs',
    'triggers',
    'errors',
    'outputs',
    'labels',
    'pluginDefaults',
    'retry',
    'sla',
    'checks',
    'concurrency',
    'variables',
  ];
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...keys), value),
      fc.dictionary(
        fc.constantFrom(
          'id',
          'type',
          'retry',
          'tasks',
          'taskRunner',
          'env',
          'commands',
          'timeout',
          'workerGroup',
          'runIf',
        ),
        value,
      ),
      (flow, task) => {
        check(JSON.stringify(flow));
        check(
          JSON.stringify({
            id: 'a',
            namespace: 'b',
            tasks: [{ type: 'io.kestra.plugin.scripts.shell.Commands', ...task }],
          }),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('any text at all', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), check), { numRuns: 200 });
});
