/** Failed attempts that are made again. */
import { describe, expect, test } from 'vitest';
import { nextAttempt } from '../../src/engine/retry.ts';
import { flow, parallel, pause, retry, sequential, subflow, task } from './flows.ts';
import { attemptsOf, courseOf, history, runOf, runsOf } from './shown.ts';
import { Simulation } from './simulation.ts';

describe('a task with retry', () => {
  test('succeeds at its third attempt', () => {
    const simulation = new Simulation(flow([task('s', { retry: retry({ maxAttempts: 5 }) }), task('v')]), {
      tasks: { s: ['FAILED', 'FAILED', 'SUCCESS'] },
    }).start();
    expect(attemptsOf(simulation, 's')).toBe('FAILED,FAILED,SUCCESS');
    expect(history(runOf(simulation, 's').state)).toBe(
      'CREATED,RUNNING,FAILED,RETRYING,CREATED,RUNNING,FAILED,RETRYING,CREATED,RUNNING,SUCCESS',
    );
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RETRYING,RUNNING,FAILED,RETRYING,RUNNING,SUCCESS');
    expect(runsOf(simulation)).toEqual(['s SUCCESS', 'v SUCCESS']);
  });

  test('waits between attempts', () => {
    const simulation = new Simulation(flow([task('s', { retry: retry({ interval: 'PT5S' }) })]), {
      tasks: { s: ['FAILED', 'SUCCESS'] },
    });
    const began = simulation.now;
    expect(simulation.start().now - began).toBe(5000);
  });

  test('fails when its attempts are used up', () => {
    const simulation = new Simulation(flow([task('s', { retry: retry({ maxAttempts: 2 }) })]), {
      tasks: { s: 'FAILED' },
    }).start();
    expect(attemptsOf(simulation, 's')).toBe('FAILED,FAILED');
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RETRYING,RUNNING,FAILED');
  });

  test('may fail after its last attempt', () => {
    const flags = { retry: retry({ maxAttempts: 2 }), allowFailure: true };
    const simulation = new Simulation(flow([task('s', flags), task('after')]), { tasks: { s: 'FAILED' } }).start();
    expect(runsOf(simulation)).toEqual(['s WARNING', 'after SUCCESS']);
    expect(attemptsOf(simulation, 's')).toBe('FAILED,FAILED');
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RETRYING,RUNNING,WARNING');
  });

  test('warns when it needed more than one attempt, where it is told to', () => {
    const policy = retry({ warningOnRetry: true });
    const world = { tasks: { s: ['FAILED', 'SUCCESS'], t: 'SUCCESS' } } as const;
    const simulation = new Simulation(
      flow([task('s', { retry: policy }), task('t', { retry: policy })]),
      world,
    ).start();
    expect(runsOf(simulation)).toEqual(['s WARNING', 't SUCCESS']);
    expect(attemptsOf(simulation, 's')).toBe('FAILED,SUCCESS');
  });

  test('within a flowable leaves FAILED out of the execution’s history', () => {
    const simulation = new Simulation(flow([sequential('q', [task('s', { retry: retry() })])]), {
      tasks: { s: ['FAILED', 'SUCCESS'] },
    }).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,RETRYING,RUNNING,SUCCESS');
    expect(attemptsOf(simulation, 'q')).toBe('SUCCESS');
  });

  test.each(['errors', 'finally'] as const)('among the %s tasks leaves FAILED out, too', branch => {
    const again = task('again', { retry: retry({ maxAttempts: 2 }) });
    const simulation = new Simulation(flow([task('a')], { [branch]: [again] }), {
      tasks: { a: branch === 'errors' ? 'FAILED' : 'SUCCESS', again: ['FAILED', 'SUCCESS'] },
    }).start();
    const end = branch === 'errors' ? 'FAILED' : 'SUCCESS';
    expect(courseOf(simulation)).toBe(`CREATED,RUNNING,RETRYING,RUNNING,${end}`);
  });

  test('keeps only the outputs of the last attempt', () => {
    const simulation = new Simulation(flow([task('s', { retry: retry() })]), {
      tasks: { s: [{ state: 'FAILED', outputs: { n: 1 } }, 'SUCCESS'] },
    }).start();
    expect(runOf(simulation, 's').outputs).toEqual({});
  });
});

test('a timer of an earlier attempt does not start the next one', () => {
  const simulation = new Simulation(flow([task('s', { retry: retry() })]), { tasks: { s: 'FAILED' } });
  simulation.take({ type: 'start', at: simulation.now });
  while (attemptsOf(simulation, 's') !== 'FAILED,FAILED') simulation.step();
  const first = simulation.taken.find(({ type }) => type === 'due');
  if (!first) throw new Error('no timer was due');
  expect(simulation.take(first).taskRuns).toEqual([]);
});

describe('a policy', () => {
  test('of a flowable holds for its tasks, not for itself', () => {
    const simulation = new Simulation(flow([sequential('q', [task('s')], { retry: retry({ maxAttempts: 2 }) })]), {
      tasks: { s: 'FAILED' },
    }).start();
    expect(attemptsOf(simulation, 's')).toBe('FAILED,FAILED');
    expect(attemptsOf(simulation, 'q')).toBe('FAILED');
  });

  test('of the flow holds for all tasks', () => {
    const simulation = new Simulation(flow([task('s')], { retry: retry({ maxAttempts: 4 }) }), {
      tasks: { s: ['FAILED', 'FAILED', 'SUCCESS'] },
    }).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RETRYING,RUNNING,FAILED,RETRYING,RUNNING,SUCCESS');
  });

  test('of the task comes before its parent’s, that before the flow’s', () => {
    const inner = sequential('q', [task('s', { retry: retry({ maxAttempts: 2 }) }), task('t')], {
      retry: retry({ maxAttempts: 3 }),
      allowFailure: true,
    });
    const simulation = new Simulation(flow([inner, task('u')], { retry: retry({ maxAttempts: 4 }) }), {
      tasks: { s: ['FAILED', 'SUCCESS'], t: 'FAILED', u: 'FAILED' },
    }).start();
    expect(attemptsOf(simulation, 's')).toBe('FAILED,SUCCESS');
    expect(attemptsOf(simulation, 't')).toBe('FAILED,FAILED,FAILED');
    expect(attemptsOf(simulation, 'u')).toBe('FAILED,FAILED,FAILED,FAILED');
  });
});

describe('retries at the same time', () => {
  test('each keep their own time', () => {
    const simulation = new Simulation(
      flow([
        parallel('p', [
          task('s', { retry: retry({ interval: 'PT1S' }) }),
          task('t', { retry: retry({ interval: 'PT3S' }) }),
        ]),
      ]),
      { tasks: { s: ['FAILED', 'SUCCESS'], t: ['FAILED', 'SUCCESS'] } },
    ).start();
    expect(runsOf(simulation)).toEqual(['p SUCCESS', 's SUCCESS', 't SUCCESS']);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,RETRYING,RUNNING,SUCCESS');
  });

  test('beside a pause leave the execution paused, so that it can be resumed', () => {
    const simulation = new Simulation(flow([parallel('p', [task('s', { retry: retry() }), pause('w')])]), {
      tasks: { s: ['FAILED', 'SUCCESS'] },
    }).start();
    expect(simulation.execution.state.current).toBe('PAUSED');
    expect(courseOf(simulation.resume())).toMatch(/PAUSED,RESTARTED,RUNNING,SUCCESS$/);
  });
});

test('a Subflow with retry starts another execution', () => {
  const simulation = new Simulation(flow([subflow('sub', {}, { retry: retry() })]), {
    subflows: { sub: ['FAILED', 'SUCCESS'] },
  }).start();
  expect(attemptsOf(simulation, 'sub')).toBe('FAILED,SUCCESS');
  expect(runOf(simulation, 'sub').outputs?.state).toBe('SUCCESS');
  expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RETRYING,RUNNING,SUCCESS');
});

describe('the time of the next attempt', () => {
  const at = (policy: Parameters<typeof retry>[0], attempts: number, random = 0.5) =>
    nextAttempt(retry({ maxAttempts: 99, ...policy }), attempts, 0, 10_000, random);

  test('is constant', () => {
    expect([1, 2, 3].map(attempts => at({ interval: 'PT2S' }, attempts))).toEqual([12_000, 12_000, 12_000]);
  });

  test('grows in line, the first at once', () => {
    const exponential = { type: 'exponential', interval: 'PT2S', maxInterval: 'PT9S' } as const;
    expect([1, 2, 3, 4].map(attempts => at(exponential, attempts))).toEqual([10_000, 14_000, 18_000, 19_000]);
    expect(at({ ...exponential, delayFactor: 1.9 }, 2)).toBe(12_000);
  });

  test('is by chance between two intervals', () => {
    const random = { type: 'random', minInterval: 'PT1S', maxInterval: 'PT3S' } as const;
    expect([0, 0.5].map(chance => at(random, 1, chance))).toEqual([11_000, 12_000]);
  });

  test('is not behind maxDuration, counted from the first start', () => {
    const policy = retry({ maxAttempts: 99, maxDuration: 'PT2.5S' });
    expect(nextAttempt(policy, 1, 0, 400, 0)).toBe(1400);
    expect(nextAttempt(policy, 2, 0, 1500, 0)).toBe(2500);
    expect(nextAttempt(policy, 2, 0, 1501, 0)).toBeUndefined();
  });

  test('without any limit always comes', () => {
    const { maxAttempts: _none, ...endless } = retry();
    expect(nextAttempt(endless, 1_000_000, 0, 0, 0)).toBe(1000);
  });
});
