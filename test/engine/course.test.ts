/** The course of an execution: tasks in order, errors, finally, what runs after the end, and flags of tasks. */
import { describe, expect, test } from 'vitest';
import { flow, parallel, sequential, task } from './flows.ts';
import { attemptsOf, courseOf, history, logsOf, runOf, runsOf } from './shown.ts';
import { Simulation, type World } from './simulation.ts';

const boom = { tasks: { boom: 'FAILED', boom2: 'FAILED' } } satisfies World;

describe('tasks', () => {
  test('run one after the other', () => {
    const simulation = new Simulation(flow([task('a'), task('b'), task('c')])).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
    expect(simulation.begun).toEqual(['a', 'b', 'c']);
    expect(history(runOf(simulation, 'b').state)).toBe('CREATED,RUNNING,SUCCESS');
    expect(attemptsOf(simulation, 'b')).toBe('SUCCESS');
    expect(simulation.pending.size).toBe(0);
  });

  test('after a failed one are not created', () => {
    const simulation = new Simulation(flow([task('boom'), task('after')]), boom).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED');
    expect(runsOf(simulation)).toEqual(['boom FAILED']);
  });

  test('keep the outputs of a failed attempt', () => {
    const outputs = { exitCode: 5 };
    const simulation = new Simulation(flow([task('a', { allowFailure: true })]), {
      tasks: { a: { state: 'FAILED', outputs } },
    }).start();
    expect(runOf(simulation, 'a').outputs).toEqual(outputs);
    expect(simulation.state.outputs).toEqual({ a: outputs });
  });

  test('nested, tell their parents', () => {
    const simulation = new Simulation(flow([sequential('s', [sequential('t', [task('a')])]), task('b')])).start();
    expect(runsOf(simulation)).toEqual(['s SUCCESS', 't SUCCESS', 'a SUCCESS', 'b SUCCESS']);
    expect(runOf(simulation, 'a').parentTaskRunId).toBe(runOf(simulation, 't').id);
    expect(history(runOf(simulation, 't').state)).toBe('CREATED,RUNNING,SUCCESS');
    expect(attemptsOf(simulation, 't')).toBe('SUCCESS');
  });
});

describe('disabled tasks', () => {
  test('make no task run', () => {
    const simulation = new Simulation(flow([task('a', { disabled: true }), task('b')])).start();
    expect(runsOf(simulation)).toEqual(['b SUCCESS']);
  });

  test('only: the execution succeeds without running', () => {
    const simulation = new Simulation(flow([task('a', { disabled: true })])).start();
    expect(courseOf(simulation)).toBe('CREATED,SUCCESS');
    expect(runsOf(simulation)).toEqual([]);
  });

  test('only, with finally tasks: the execution runs', () => {
    const simulation = new Simulation(flow([task('a', { disabled: true })], { finally: [task('f')] })).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
  });

  test('only, in a flowable: it succeeds', () => {
    const simulation = new Simulation(flow([parallel('p', [task('a', { disabled: true })])])).start();
    expect(runsOf(simulation)).toEqual(['p SUCCESS']);
  });
});

describe('errors', () => {
  test('run when a task failed, in their order, even when one of them fails', () => {
    const errors = [task('e1'), task('boom2'), task('e2')];
    const simulation = new Simulation(flow([task('boom')], { errors }), boom).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED');
    expect(runsOf(simulation)).toEqual(['boom FAILED', 'e1 SUCCESS', 'boom2 FAILED', 'e2 SUCCESS']);
  });

  test('do not run on a warning', () => {
    const simulation = new Simulation(flow([task('boom', { allowFailure: true })], { errors: [task('e')] }), boom);
    expect(courseOf(simulation.start())).toBe('CREATED,RUNNING,WARNING');
    expect(runsOf(simulation)).toEqual(['boom WARNING']);
  });

  test('see an execution that is still running', () => {
    const seen: string[] = [];
    const look = (state: Simulation['state']) => {
      seen.push(state.execution.state.current);
      return 'true';
    };
    const guarded = (id: string) => task(id, { runIf: '{{ look }}' });
    new Simulation(
      flow([task('boom')], { errors: [guarded('e')], finally: [guarded('f')], afterExecution: [guarded('x')] }),
      { ...boom, expressions: { look } },
    ).start();
    expect(seen).toEqual(['RUNNING', 'RUNNING', 'FAILED']);
  });

  test('and finally unwind from the inside out', () => {
    const inner = sequential('inner', [task('boom')], { errors: [task('e2')], finally: [task('f2')] });
    const outer = sequential('outer', [inner, task('never')], { errors: [task('e1')], finally: [task('f1')] });
    const simulation = new Simulation(flow([outer], { errors: [task('e0')], finally: [task('f0')] }), boom).start();
    expect(simulation.begun).toEqual(['boom', 'e2', 'f2', 'e1', 'f1', 'e0', 'f0']);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED');
  });

  test('of a flowable do not heal it', () => {
    const simulation = new Simulation(flow([sequential('s', [task('boom')], { errors: [task('e')] })]), boom).start();
    expect(runsOf(simulation)).toEqual(['s FAILED', 'boom FAILED', 'e SUCCESS']);
  });

  test('of a flowable that may fail run too', () => {
    const allowed = sequential('s', [task('boom')], { errors: [task('e')], allowFailure: true });
    const simulation = new Simulation(flow([allowed]), boom).start();
    expect(runsOf(simulation)).toEqual(['s WARNING', 'boom FAILED', 'e SUCCESS']);
  });
});

describe('finally', () => {
  test('runs after success and after failure', () => {
    const last = { finally: [task('f')] };
    expect(runsOf(new Simulation(flow([task('a')], last)).start())).toEqual(['a SUCCESS', 'f SUCCESS']);
    expect(runsOf(new Simulation(flow([task('boom')], last), boom).start())).toEqual(['boom FAILED', 'f SUCCESS']);
  });

  test('that fails changes no state', () => {
    const simulation = new Simulation(flow([task('a')], { finally: [task('boom'), task('f')] }), boom).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
    expect(runsOf(simulation)).toEqual(['a SUCCESS', 'boom FAILED', 'f SUCCESS']);
  });

  test('of a flowable that fails changes no state', () => {
    const simulation = new Simulation(flow([sequential('s', [task('a')], { finally: [task('boom')] })]), boom).start();
    expect(runsOf(simulation)).toEqual(['s SUCCESS', 'a SUCCESS', 'boom FAILED']);
  });
});

describe('afterExecution', () => {
  test('runs when the state is final, and changes nothing', () => {
    const after = { afterExecution: [task('boom2'), task('x')] };
    const simulation = new Simulation(flow([task('a')], after), boom).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
    expect(runsOf(simulation)).toEqual(['a SUCCESS', 'boom2 FAILED', 'x SUCCESS']);
  });

  test('retries like any other task, and leaves the final state alone', () => {
    const retry = { type: 'constant', interval: 'PT1S', maxAttempts: 2, warningOnRetry: false } as const;
    const after = [task('x', { retry: { ...retry, behavior: 'RETRY_FAILED_TASK' } })];
    const simulation = new Simulation(flow([task('a')], { afterExecution: after }), {
      tasks: { x: ['FAILED', 'SUCCESS'] },
    }).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
    expect(attemptsOf(simulation, 'x')).toBe('FAILED,SUCCESS');
  });
});

describe('flags', () => {
  test.each([
    [{}, 'boom FAILED', 'CREATED,RUNNING,FAILED'],
    [{ allowWarning: true }, 'boom FAILED', 'CREATED,RUNNING,FAILED'],
    [{ allowFailure: true }, 'boom WARNING', 'CREATED,RUNNING,WARNING'],
    [{ allowFailure: true, allowWarning: true }, 'boom SUCCESS', 'CREATED,RUNNING,SUCCESS'],
  ])('%j makes a failure %s', (flags, run, course) => {
    const simulation = new Simulation(flow([task('boom', flags)]), boom).start();
    expect(runsOf(simulation)).toEqual([run]);
    expect(attemptsOf(simulation, 'boom')).toBe('FAILED');
    expect(courseOf(simulation)).toBe(course);
  });

  test('a warning within a flowable is the flowable’s and the flow’s', () => {
    const simulation = new Simulation(
      flow([sequential('s', [task('boom', { allowFailure: true }), task('x')]), task('after')]),
      boom,
    ).start();
    expect(runsOf(simulation)).toEqual(['s WARNING', 'boom WARNING', 'x SUCCESS', 'after SUCCESS']);
    expect(attemptsOf(simulation, 's')).toBe('WARNING');
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,WARNING');
  });

  test('allowFailure on a flowable leaves the failed task as it is', () => {
    const simulation = new Simulation(flow([sequential('s', [task('boom')], { allowFailure: true })]), boom).start();
    expect(runsOf(simulation)).toEqual(['s WARNING', 'boom FAILED']);
  });
});

describe('runIf', () => {
  test('that does not hold skips the task', () => {
    const simulation = new Simulation(flow([task('a', { runIf: 'false' }), task('b')])).start();
    expect(runsOf(simulation)).toEqual(['a SKIPPED', 'b SUCCESS']);
    expect(history(runOf(simulation, 'a').state)).toBe('CREATED,SKIPPED');
    expect(attemptsOf(simulation, 'a')).toBe('SKIPPED');
    expect(simulation.state.outputs).toEqual({ b: {} });
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
  });

  test('skips a flowable with all that is in it', () => {
    const simulation = new Simulation(flow([sequential('s', [task('a')], { runIf: '' })])).start();
    expect(runsOf(simulation)).toEqual(['s SKIPPED']);
  });

  test.each(['False', 'no', '0.0', '[]', ' '])('of %j holds', runIf => {
    expect(runsOf(new Simulation(flow([task('a', { runIf })])).start())).toEqual(['a SUCCESS']);
  });

  test.each([{ allowFailure: true }, { allowFailure: true, allowWarning: true }])(
    'that cannot be rendered fails the task in spite of %j',
    flags => {
      const tasks = [task('a', { runIf: '{{ nope }}', ...flags }), task('b')];
      expect(runsOf(new Simulation(flow(tasks)).start())).toEqual(['a FAILED']);
    },
  );

  test('that cannot be rendered fails the task without an attempt', () => {
    const simulation = new Simulation(flow([task('a', { runIf: '{{ nope }}' }), task('b')])).start();
    expect(history(runOf(simulation, 'a').state)).toBe('CREATED,FAILED');
    expect(attemptsOf(simulation, 'a')).toBe('');
    expect(logsOf(simulation)).toEqual([
      'ERROR a: Failed to evaluate the runIf condition for task a. Cause: Unable to find nope',
    ]);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED');
  });

  test('is asked once, not again for each retry', () => {
    let asked = 0;
    const ask = () => String(++asked > 0);
    const retry = { type: 'constant', interval: 'PT1S', maxAttempts: 2, warningOnRetry: false } as const;
    new Simulation(flow([task('a', { runIf: '{{ ask }}', retry: { ...retry, behavior: 'RETRY_FAILED_TASK' } })]), {
      tasks: { a: ['FAILED', 'SUCCESS'] },
      expressions: { ask },
    }).start();
    expect(asked).toBe(1);
  });
});

describe('outputs of the flow', () => {
  const outputs = [{ id: 'o', value: 'x', required: true }];

  test('are rendered at the end', () => {
    const simulation = new Simulation(flow([task('a')], { outputs }), {
      outputs: { ok: true, value: { o: 'x' } },
    }).start();
    expect(simulation.execution.outputs).toEqual({ o: 'x' });
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
  });

  test('are rendered after a failure too', () => {
    const world = { ...boom, outputs: { ok: true, value: { o: 'x' } } } as const;
    const simulation = new Simulation(flow([task('boom')], { outputs }), world).start();
    expect(simulation.execution.outputs).toEqual({ o: 'x' });
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED');
  });

  test('that cannot be rendered turn a success into a failure', () => {
    const simulation = new Simulation(flow([task('a')], { outputs }), {
      outputs: { ok: false, message: 'Unable to find nope' },
    }).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS,FAILED');
    expect(logsOf(simulation)).toEqual(['ERROR -: Failed to render output values: Unable to find nope']);
  });

  test('that cannot be rendered leave a failure one failure', () => {
    const world = { ...boom, outputs: { ok: false, message: 'no' } } as const;
    expect(courseOf(new Simulation(flow([task('boom')], { outputs }), world).start())).toBe('CREATED,RUNNING,FAILED');
  });
});

describe('events that come twice or too late', () => {
  test('a result of an earlier attempt does not end the next one', () => {
    const retry = { type: 'constant', interval: 'PT1S', maxAttempts: 2, warningOnRetry: false } as const;
    const simulation = new Simulation(flow([task('a', { retry: { ...retry, behavior: 'RETRY_FAILED_TASK' } })]), {
      tasks: { a: ['FAILED', 'hangs'] },
    }).start();
    const first = simulation.taken.find(event => event.type === 'finished');
    if (!first) throw new Error('nothing finished');
    simulation.take(first);
    expect(history(runOf(simulation, 'a').state)).toBe('CREATED,RUNNING,FAILED,RETRYING,CREATED,RUNNING');
  });

  test('an answer given twice counts once', () => {
    const simulation = new Simulation(flow([task('a', { runIf: 'true' })]), { tasks: { a: 'hangs' } });
    simulation.take({ type: 'start', at: simulation.now });
    simulation.step();
    const answer = simulation.taken.find(event => event.type === 'answered');
    if (!answer) throw new Error('nothing was answered');
    expect(simulation.take(answer).effects).toEqual([]);
  });
});
