/** Names that mean something to JavaScript's objects are names like others, wherever a flow gives names. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness, outputsOf, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

it('__proto__, constructor and toString in labels, variables, inputs, files, env, outputs and iterations', async () => {
  const ended = await harness.run(`
labels: {__proto__: of labels, constructor: c}
variables: {__proto__: {polluted: 1}, toString: of variables}
inputs:
  - {id: toString, type: STRING, defaults: of inputs}
  - {id: json, type: JSON, defaults: '{"__proto__": {"polluted": 1}}'}
tasks:
  - id: constructor
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    env: {__proto__: of env}
    inputFiles: {__proto__: of files, valueOf: ""}
    outputFiles: [__proto__, hasOwnProperty]
    commands:
      - cat __proto__; echo; env | grep __proto__
      - echo kept > hasOwnProperty
      - echo '::{"outputs":{"__proto__":{"polluted":1}}}::'
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [__proto__, constructor]
    tasks: [{id: in, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}"}]
  - id: show
    type: io.kestra.plugin.core.log.Log
    message:
      - "{{ labels }} {{ vars }} {{ inputs }}"
      - "{{ outputs.constructor.vars }} {{ outputs.in['__proto__'].value }} {{ outputs.in.constructor.value }}"
`);
  expect(ended.state.current).toBe('SUCCESS');
  expect(saidBy(ended, 'constructor')).toEqual(['INFO of files', 'INFO __proto__=of env']);
  expect(Object.keys(outputsOf(ended, 'constructor').outputFiles as object).sort()).toEqual([
    '__proto__',
    'hasOwnProperty',
  ]);
  const [first, second] = saidBy(ended, 'show');
  expect(first).toContain('"__proto__":"of labels"');
  expect(first).toContain('{"__proto__":{"polluted":1},"toString":"of variables"}');
  expect(first).toContain('"json":{"__proto__":{"polluted":1}}');
  expect(second).toBe('INFO {"__proto__":{"polluted":1}} __proto__ constructor');
  expect('polluted' in {}).toBe(false);
});
