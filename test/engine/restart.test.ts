/** An ended execution is started again: what failed gets another attempt, what succeeded stays. */
import { describe, expect, test } from 'vitest';
import type { TaskRun } from '../../src/model/execution.ts';
import {
  allowFailure,
  dag,
  exit,
  flow,
  forEach,
  ifTask,
  loopUntil,
  parallel,
  pause,
  sequential,
  subflow,
  task,
  workingDirectory,
} from './flows.ts';
import { attemptsOf, courseOf, history, runOf, runsOf } from './shown.ts';
import { Simulation } from './simulation.ts';

const heals = ['FAILED', 'SUCCESS'] as const;

describe('a restart', () => {
  test('runs the failed task again and goes on from there', () => {
    const simulation = new Simulation(flow([task('a'), task('b'), task('c')]), { tasks: { b: heals } }).start();
    const before = runOf(simulation, 'b').id;
    simulation.restart();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RESTARTED,RUNNING,SUCCESS');
    expect(simulation.begun).toEqual(['a', 'b', 'b', 'c']);
    expect(runOf(simulation, 'b').id).toBe(before);
    expect(attemptsOf(simulation, 'b')).toBe('FAILED,SUCCESS');
    expect(history(runOf(simulation, 'b').state)).toBe('CREATED,RUNNING,FAILED,RESTARTED,CREATED,RUNNING,SUCCESS');
  });

  test('of a ForEach repeats the failed values only', () => {
    const fails = (run: TaskRun, attempt: number) => (attempt + 1 >= Number(run.value) ? 'SUCCESS' : 'FAILED');
    const each = forEach('fe', [1, 2, 3], [task('s')], { concurrencyLimit: 0 });
    const simulation = new Simulation(flow([each, task('after')]), { tasks: { s: fails } }).start();
    simulation.restart();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RESTARTED,RUNNING,FAILED');
    expect(runsOf(simulation)).toEqual(['fe FAILED', 's[1] SUCCESS', 's[2] SUCCESS', 's[3] FAILED']);
    expect(['fe', 's[1]', 's[2]', 's[3]'].map(name => attemptsOf(simulation, name))).toEqual([
      'FAILED',
      'SUCCESS',
      'FAILED,SUCCESS',
      'FAILED,FAILED',
    ]);
    expect(runsOf(simulation.restart()).at(-1)).toBe('after SUCCESS');
  });

  test('of a ForEach goes on with values that another’s failure had held up', () => {
    const each = forEach('fe', ['ok', 'bad', 'later'], [task('s'), task('x')], { concurrencyLimit: 2 });
    const fails = (run: TaskRun, attempt: number) => (run.value === 'bad' && attempt === 0 ? 'FAILED' : 'SUCCESS');
    const order = [0, 1, 1, 0, 0, 0];
    const simulation = new Simulation(flow([each]), { tasks: { s: fails } }, () => order.shift() ?? 0).start();
    expect(runsOf(simulation)).toEqual(['fe FAILED', 's[ok] SUCCESS', 's[bad] FAILED']);
    expect(runsOf(simulation.restart())).toEqual([
      'fe SUCCESS',
      's[ok] SUCCESS',
      's[bad] SUCCESS',
      'x[ok] SUCCESS',
      'x[bad] SUCCESS',
      's[later] SUCCESS',
      'x[later] SUCCESS',
    ]);
  });

  test('of an If keeps what succeeded in its branch', () => {
    const simulation = new Simulation(flow([ifTask('i', 'true', [task('a'), task('b')])]), { tasks: { b: heals } });
    expect(runsOf(simulation.start().restart())).toEqual(['i SUCCESS', 'a SUCCESS', 'b SUCCESS']);
    expect(simulation.begun).toEqual(['a', 'b', 'b']);
  });

  test('of a Dag runs what depended on the failed task', () => {
    const tasks = [task('a'), task('b'), task('c')];
    const simulation = new Simulation(flow([dag('g', tasks, { c: ['a', 'b'] })]), { tasks: { b: heals } });
    expect(runsOf(simulation.start().restart())).toEqual(['g SUCCESS', 'a SUCCESS', 'b SUCCESS', 'c SUCCESS']);
    expect(simulation.begun).toEqual(['a', 'b', 'b', 'c']);
  });

  test('of a WorkingDirectory runs all its tasks, in a new directory', () => {
    const wd = workingDirectory('wd', [task('a'), task('b')]);
    const simulation = new Simulation(flow([wd]), {
      tasks: { b: run => (simulation.begun.filter(id => id === 'a').length > 1 && run ? 'SUCCESS' : 'FAILED') },
    });
    expect(runsOf(simulation.start().restart())).toEqual(['wd SUCCESS', 'a SUCCESS', 'b SUCCESS']);
    expect(simulation.begun).toEqual(['a', 'b', 'a', 'b']);
  });

  test('of a flowable that failed by itself asks anew', () => {
    let asked = 0;
    const expressions = { ok: () => (++asked > 1 ? 'true' : undefined) };
    const simulation = new Simulation(flow([ifTask('i', '{{ ok }}', [task('a')])]), { expressions });
    expect(runsOf(simulation.start().restart())).toEqual(['i SUCCESS', 'a SUCCESS']);
    expect(attemptsOf(simulation, 'i')).toBe('SUCCESS');
  });

  test('takes no word of an attempt that was asked for before it while runIf is not answered', () => {
    const simulation = new Simulation(flow([task('a', { runIf: 'true' })]));
    simulation.take({ type: 'start', at: simulation.now });
    const { id } = runOf(simulation, 'a');
    simulation.take({
      type: 'answered',
      at: simulation.now,
      key: `evaluate:${id}:runIf`,
      answer: { ok: true, value: 'true' },
    });
    simulation.kill();
    simulation.take({ type: 'restart', at: simulation.now });
    simulation.take({ type: 'started', at: simulation.now, taskRunId: id, attempt: 0 });
    expect(history(runOf(simulation, 'a').state)).toBe('CREATED,KILLED,RESTARTED,CREATED');
  });

  test('of a runIf that could not be rendered asks anew', () => {
    let asked = 0;
    const expressions = { ok: () => (++asked > 1 ? 'true' : undefined) };
    const simulation = new Simulation(flow([task('a', { runIf: '{{ ok }}' })]), { expressions }).start().restart();
    expect(runsOf(simulation)).toEqual(['a SUCCESS']);
    expect(attemptsOf(simulation, 'a')).toBe('SUCCESS');
  });

  test('of a LoopUntil at its limit loops again', () => {
    const checkFrequency = { maxIterations: 2 };
    const loop = loopUntil('lu', 'false', [task('r')], { checkFrequency, failOnMaxReached: true });
    const simulation = new Simulation(flow([loop])).start().restart();
    expect(runsOf(simulation)).toEqual(['lu FAILED', 'r SUCCESS']);
    expect(simulation.begun).toHaveLength(4);
  });

  test('of a Subflow starts another execution', () => {
    const simulation = new Simulation(flow([subflow('sub')]), { subflows: { sub: heals } }).start();
    const first = runOf(simulation, 'sub').outputs?.executionId;
    simulation.restart();
    expect(runsOf(simulation)).toEqual(['sub SUCCESS']);
    expect(runOf(simulation, 'sub').outputs?.executionId).not.toBe(first);
  });

  test('tries again what a parent had allowed to fail, but not what its own flag allows', () => {
    const tasks = [
      task('s', { allowFailure: true }),
      allowFailure('af', [task('t')]),
      sequential('q', [task('u')], { allowFailure: true }),
      task('v'),
    ];
    const simulation = new Simulation(flow(tasks), { tasks: { s: 'FAILED', t: 'FAILED', u: 'FAILED', v: heals } });
    expect(courseOf(simulation.start().restart())).toBe('CREATED,RUNNING,FAILED,RESTARTED,RUNNING,WARNING');
    expect(simulation.begun).toEqual(['s', 't', 'u', 'v', 't', 'u', 'v']);
  });

  test('of a flow that ended well in spite of a failure mends it', () => {
    const parent = allowFailure('af', [task('t'), task('rest')]);
    const simulation = new Simulation(flow([parent, task('after')]), { tasks: { t: heals } }).start().restart();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,WARNING,RESTARTED,RUNNING,SUCCESS');
    expect(simulation.begun).toEqual(['t', 'after', 't', 'rest']);
  });

  test('is told by a label', () => {
    const simulation = new Simulation(flow([task('a')]), { tasks: { a: heals } }).start().restart();
    expect(simulation.execution.labels).toContainEqual({ key: 'system.restarted', value: 'true' });
  });

  test('runs errors, finally and afterExecution tasks again, as for a first end', () => {
    const inner = sequential('q', [task('s')], { errors: [task('e1')], finally: [task('f1')] });
    const rest = { errors: [task('e0')], finally: [task('f0')], afterExecution: [task('x0')] };
    const simulation = new Simulation(flow([inner], rest), { tasks: { s: heals } }).start().restart();
    expect(simulation.begun).toEqual(['s', 'e1', 'f1', 'e0', 'f0', 'x0', 's', 'f1', 'f0', 'x0']);
    expect(runsOf(simulation)).toEqual(['q SUCCESS', 's SUCCESS', 'f1 SUCCESS', 'f0 SUCCESS', 'x0 SUCCESS']);
  });

  test('of a killed execution goes on with what was cut short', () => {
    const tasks = [
      sequential('q', [task('a'), task('slow')]),
      pause('w', { delay: 'PT9H' }),
      loopUntil('lu', 'false', [task('r')], { checkFrequency: { interval: 'PT8H', maxIterations: 2 } }),
    ];
    const world = { tasks: { slow: ['hangs', 'SUCCESS'] } } as const;
    const simulation = new Simulation(flow([parallel('p', tasks)]), world);
    simulation.take({ type: 'start', at: simulation.now });
    while (simulation.execution.state.current !== 'PAUSED' || simulation.begun.length < 3) simulation.step();
    while (!simulation.logs.length && [...simulation.pending.values()].some(({ type }) => type === 'evaluate'))
      simulation.step();
    simulation.kill().restart();
    expect(simulation.execution.state.current).toBe('SUCCESS');
    expect(runsOf(simulation)).toEqual([
      'p SUCCESS',
      'q SUCCESS',
      'w SUCCESS',
      'lu SUCCESS',
      'a SUCCESS',
      'slow SUCCESS',
      'r SUCCESS',
    ]);
    expect(simulation.begun.filter(id => id === 'a')).toHaveLength(1);
  });

  test('of a flowable killed among its finally tasks keeps what it did', () => {
    const inner = sequential('q', [task('a')], { finally: [task('slow')] });
    const world = { tasks: { slow: ['hangs'] } } as const;
    const simulation = new Simulation(flow([inner]), world).start().kill();
    expect(runsOf(simulation)).toEqual(['q KILLED', 'a SUCCESS', 'slow KILLED']);
    simulation.take({ type: 'restart', at: simulation.now });
    simulation.settle();
    expect(simulation.begun).toEqual(['a', 'slow', 'slow']);
  });

  test('after an Exit that failed comes to it again', () => {
    const simulation = new Simulation(flow([sequential('q', [task('a'), exit('ex', 'FAILED'), task('b')])])).start();
    simulation.restart();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RESTARTED,RUNNING,FAILED');
    expect(simulation.begun).toEqual(['a']);
  });

  test('does nothing while the execution runs', () => {
    const simulation = new Simulation(flow([task('a')]), { tasks: { a: 'hangs' } }).start();
    const decision = simulation.take({ type: 'restart', at: simulation.now });
    expect(decision).toEqual({ taskRuns: [], effects: [], done: [], logs: [] });
  });
});

describe('a replay', () => {
  const again = (simulation: Simulation, name: string) => {
    simulation.begun.length = 0;
    simulation.take({ type: 'restart', at: simulation.now, from: runOf(simulation, name).id });
    return simulation.settle();
  };

  test('runs a task run again, and what came after it', () => {
    const simulation = again(new Simulation(flow([task('a'), task('b'), task('c')])).start(), 'b');
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS,RESTARTED,RUNNING,SUCCESS');
    expect(simulation.begun).toEqual(['b', 'c']);
    expect(['a', 'b', 'c'].map(name => attemptsOf(simulation, name))).toEqual([
      'SUCCESS',
      'SUCCESS,SUCCESS',
      'SUCCESS',
    ]);
  });

  test.each([
    ['q', sequential('q', [task('s'), task('t')], { finally: [task('f')] }), ['s', 't', 'f', 'after']],
    ['i', ifTask('i', 'true', [task('s')]), ['s', 'after']],
    ['fe', forEach('fe', ['1', '2'], [task('s')]), ['s[1]', 's[2]', 'after']],
    ['lu', loopUntil('lu', 'true', [task('s')]), ['s', 'after']],
  ])('of a flowable (%s) runs its tasks again', (name, flowable, begun) => {
    const simulation = again(new Simulation(flow([task('a'), flowable, task('after')])).start(), name);
    expect(simulation.begun).toEqual(begun);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS,RESTARTED,RUNNING,SUCCESS');
    expect(attemptsOf(simulation, name)).toBe('SUCCESS');
  });

  test.each([
    [1, ['s[1]', 't[1]', 's[2]', 't[2]']],
    [2, ['s[1]', 's[2]', 't[1]', 't[2]', 's[3]', 't[3]']],
  ])('from within a ForEach, %i at once, runs later values again, too', (concurrencyLimit, begun) => {
    const each = forEach('fe', ['1', '2', '3'].slice(0, concurrencyLimit + 1), [task('s'), task('t')], {
      concurrencyLimit,
    });
    const simulation = again(new Simulation(flow([each])).start(), 's[1]');
    expect(simulation.begun).toEqual(begun);
  });

  test('from within a LoopUntil that is over goes on from that task, and the loop ends after it', () => {
    const loop = loopUntil('lu', 'true', [task('r'), task('s'), task('t')]);
    const simulation = again(new Simulation(flow([loop, task('after')])).start(), 's');
    expect(simulation.begun).toEqual(['s', 't', 'after']);
    expect(runsOf(simulation)).toEqual(['lu SUCCESS', 'r SUCCESS', 's SUCCESS', 't SUCCESS', 'after SUCCESS']);
  });

  test('from within a WorkingDirectory begins with that, for its directory is gone', () => {
    const wd = workingDirectory('wd', [task('a'), task('b')]);
    const simulation = again(new Simulation(flow([sequential('q', [task('z'), wd])])).start(), 'b');
    expect(simulation.begun).toEqual(['a', 'b']);
    expect([...simulation.emitted].map(key => key.split(':')[0])).toEqual(['open', 'run', 'run', 'close']);
  });
});
