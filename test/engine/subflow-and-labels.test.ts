/** Tasks that the engine does itself: starting other flows, setting labels. */
import { describe, expect, test } from 'vitest';
import { flow, forEach, labels, subflow, task } from './flows.ts';
import { attemptsOf, courseOf, logsOf, runOf, runsOf } from './shown.ts';
import { Simulation } from './simulation.ts';

describe('Subflow', () => {
  test.each([
    ['SUCCESS', {}, 'SUCCESS'],
    ['WARNING', {}, 'WARNING'],
    ['FAILED', {}, 'FAILED'],
    ['KILLED', {}, 'KILLED'],
    ['CANCELLED', {}, 'SUCCESS'],
    ['FAILED', { transmitFailed: false }, 'SUCCESS'],
  ] as const)('whose execution ends %s with %j ends %s', (child, properties, state) => {
    const simulation = new Simulation(flow([subflow('sub', properties)]), { subflows: { sub: child } }).start();
    expect(runsOf(simulation)).toEqual([`sub ${state}`]);
    expect(attemptsOf(simulation, 'sub')).toBe(state);
    expect(runOf(simulation, 'sub').outputs).toEqual({ executionId: expect.any(String), state: child });
  });

  test('that cannot start fails with the reason', () => {
    const simulation = new Simulation(flow([subflow('sub'), task('after')]), { subflows: { sub: 'refused' } }).start();
    expect(runsOf(simulation)).toEqual(['sub FAILED']);
    expect(attemptsOf(simulation, 'sub')).toBe('FAILED');
    expect(logsOf(simulation)).toEqual(['ERROR sub: there is no such flow']);
    expect(simulation.pending.size).toBe(0);
  });

  test('that cannot start fails whatever its flags say', () => {
    const sub = subflow('sub', {}, { allowFailure: true });
    const simulation = new Simulation(flow([sub, task('after')]), { subflows: { sub: 'refused' } }).start();
    expect(runsOf(simulation)).toEqual(['sub FAILED']);
  });

  test.each([
    ['FAILED', { allowFailure: true }, 'WARNING'],
    ['FAILED', { allowFailure: true, allowWarning: true }, 'SUCCESS'],
    ['WARNING', { allowWarning: true }, 'SUCCESS'],
  ] as const)('whose execution ends %s has an attempt in the state that %j makes of it', (child, flags, state) => {
    const simulation = new Simulation(flow([subflow('sub', {}, flags)]), { subflows: { sub: child } }).start();
    expect(attemptsOf(simulation, 'sub')).toBe(state);
  });

  test('that does not wait succeeds at once', () => {
    const world = { subflows: { sub: 'hangs' } } as const;
    const simulation = new Simulation(flow([subflow('sub', { wait: false }), task('after')]), world).start();
    expect(runsOf(simulation)).toEqual(['sub SUCCESS', 'after SUCCESS']);
    expect(runOf(simulation, 'sub').outputs).toEqual({ executionId: expect.any(String), state: 'CREATED' });
  });

  test('in a ForEach keeps its outputs by value', () => {
    const simulation = new Simulation(flow([forEach('fe', ['a', 'b'], [subflow('sub')])])).start();
    expect(Object.keys(simulation.state.outputs.sub ?? {})).toEqual(['a', 'b']);
  });

  test('refused with retry is tried again', () => {
    const policy = { type: 'constant', interval: 'PT1S', maxAttempts: 2, warningOnRetry: false } as const;
    const retry = { ...policy, behavior: 'RETRY_FAILED_TASK' } as const;
    const simulation = new Simulation(flow([subflow('sub', {}, { retry })]), { subflows: { sub: 'refused' } }).start();
    expect(attemptsOf(simulation, 'sub')).toBe('FAILED,FAILED');
    expect(simulation.pending.size).toBe(0);
  });
});

describe('Labels', () => {
  const given = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ];

  test.each([
    ['a map', { b: 3, c: true }],
    [
      'a list',
      [
        { key: 'b', value: 3 },
        { key: 'c', value: true },
      ],
    ],
    ['JSON text', '{"b": 3, "c": true}'],
  ])('as %s are added or replaced', (_form, added) => {
    const simulation = new Simulation(flow([labels('lb', added)], { labels: given })).start();
    expect(simulation.execution.labels).toEqual([
      { key: 'a', value: '1' },
      { key: 'b', value: '3' },
      { key: 'c', value: 'true' },
    ]);
    expect(runOf(simulation, 'lb').state.histories.map(({ state }) => state)).toEqual(['CREATED', 'SUCCESS']);
  });

  test.each([[{ z: '' }], [{ z: null }]])('may be empty: %j', added => {
    const simulation = new Simulation(flow([labels('lb', added)], { labels: given })).start();
    expect(simulation.execution.labels).toEqual([...given, { key: 'z', value: '' }]);
  });

  test.each([[{ 'system.x': 'y' }], [{ a: [1] }], ['plain text'], [['a']], [7]])('of %j fail with a message', added => {
    const simulation = new Simulation(flow([labels('lb', added)], { labels: given })).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED');
    expect(logsOf(simulation)).toEqual([expect.stringMatching(/^ERROR lb: ./)]);
    expect(simulation.execution.labels).toEqual(given);
  });
});
