/** What the examples of docs/expressions see and reach. */
import { createTaint, type RenderContext, variablesOf } from '../../src/expression/index.ts';

export function context(): RenderContext {
  return {
    variables: variablesOf({
      inputs: { name: 'Ann', n: 5, list: [3, 1, 2], key: 'MDEyMzQ1Njc4OWFiY2RlZg==' },
      outputs: { my_task: { value: 'x', 'a-b': 1 }, each_task: { a: { value: 'of a' } } },
      vars: { greeting: 'Hello {{ inputs.name }}' },
      flow: { id: 'my-flow', namespace: 'company.team' },
      execution: { id: '5GUSpQjiaYkt7Z8iTEO6nW' },
      taskrun: { value: 'a', iteration: 1 },
      parents: [],
      tasks: { my_task: { state: 'FAILED' } },
      envs: { home: '/srv' },
    }),
    services: {
      secret: name => (name === 'TOKEN' ? 'abc123' : undefined),
      kv: key => (key === 'colour' ? 'blue' : undefined),
      read: () => 'hello',
      fileSize: () => 5,
      fileExists: () => true,
      errorLogs: () => [{ level: 'ERROR', message: 'it broke' }],
      http: () => ({ name: 'Ann' }),
      now: () => Date.parse('2026-05-06T07:08:09Z'),
    },
    taint: createTaint(),
  };
}
