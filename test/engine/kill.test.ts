/** Somebody ends the execution, wherever it stands: it ends KILLED, and nothing new starts. */
import { describe, expect, test } from 'vitest';
import type { Flow } from '../../src/model/flow.ts';
import {
  dag,
  exit,
  flow,
  forEach,
  ifTask,
  loopUntil,
  parallel,
  pause,
  retry,
  sequential,
  subflow,
  switchTask,
  task,
  workingDirectory,
} from './flows.ts';
import { attemptsOf, courseOf, history, runOf, runsOf } from './shown.ts';
import { Simulation, type World } from './simulation.ts';

const everything: Flow = flow(
  [
    parallel('p', [
      sequential('s', [task('a', { runIf: 'true' }), task('boom', { retry: retry() })], { errors: [task('e1')] }),
      forEach('fe', ['1', '2'], [ifTask('i', 'true', [task('b')]), switchTask('sw', 'x', { x: [task('c')] })], {
        concurrencyLimit: 0,
        finally: [task('f1')],
      }),
      dag('g', [task('d'), task('h')], { h: ['d'] }),
      workingDirectory('wd', [task('j'), task('k')]),
      loopUntil('lu', 'false', [task('l')], { checkFrequency: { maxIterations: 3 } }),
      pause('w', { pauseDuration: 'PT2S' }, { tasks: [task('m')] }),
      subflow('sub'),
    ]),
  ],
  {
    errors: [task('e0')],
    finally: [task('f0')],
    afterExecution: [task('x0')],
    outputs: [{ id: 'o', value: 'x', required: true }],
  },
);
const world: World = { tasks: { boom: 'FAILED' } };

/** The flow carried out up to a step. */
function at(step: number): Simulation {
  const simulation = new Simulation(everything, world);
  if (step > 0) simulation.take({ type: 'start', at: simulation.now });
  for (let done = 1; done < step; done++) simulation.step();
  return simulation;
}

/** Pending effects that nobody waits for, once the execution is killed. */
function unwanted(simulation: Simulation): string[] {
  const wanted = new Set(['cancel', 'open-directory', 'close-directory', 'subflow', 'kill-child']);
  return [...simulation.pending.values()]
    .filter(effect => {
      const run = 'taskRunId' in effect ? simulation.state.taskRun(effect.taskRunId ?? '') : undefined;
      if (run?.branch === 'afterExecution' || wanted.has(effect.type)) return false;
      return effect.type !== 'run' || run?.state.current !== 'RUNNING';
    })
    .map(effect => effect.key);
}

test('a kill at any step ends the execution, and nothing new starts', () => {
  let steps = 0;
  for (; at(steps).execution.phase !== 'ended'; steps++) {
    const simulation = at(steps);
    const isOver = simulation.execution.phase === 'after';
    const decided = simulation.decisions.length;
    simulation.take({ type: 'kill', at: simulation.now });
    expect(unwanted(simulation), `step ${steps}`).toEqual([]);
    simulation.settle();
    expect(simulation.execution.phase, `step ${steps}`).toBe('ended');
    expect(simulation.execution.state.current, `step ${steps}`).toBe(isOver ? 'FAILED' : 'KILLED');
    expect(simulation.pending.size).toBe(0);
    const after = new Set(
      [...simulation.state.taskRuns()].filter(run => run.branch === 'afterExecution').map(run => run.id),
    );
    const started = simulation.decisions
      .slice(decided)
      .flatMap(({ effects }) => effects)
      .filter(effect => ['run', 'subflow', 'open-directory', 'timer', 'outputs', 'evaluate'].includes(effect.type))
      .filter(effect => !('taskRunId' in effect) || !after.has(effect.taskRunId ?? ''));
    expect(started, `step ${steps}`).toEqual([]);
    expect([...simulation.state.taskRuns()].filter(run => run.state.current === 'KILLED').length).toBeLessThan(30);
  }
  expect(steps).toBeGreaterThan(60);
});

describe('a killed execution', () => {
  test('shows RUNNING,KILLING,KILLED; its task run RUNNING,KILLED', () => {
    const rest = { errors: [task('e')], finally: [task('f')], afterExecution: [task('x')] };
    const simulation = new Simulation(flow([task('s'), task('after')], rest), { tasks: { s: 'hangs' } }).start().kill();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,KILLING,KILLED');
    expect(runsOf(simulation)).toEqual(['s KILLED', 'x SUCCESS']);
    expect(history(runOf(simulation, 's').state)).toBe('CREATED,RUNNING,KILLED');
    expect(attemptsOf(simulation, 's')).toBe('KILLED');
  });

  test('waits until what runs has reported back', () => {
    const simulation = new Simulation(flow([task('s')]), { tasks: { s: 'hangs' } }).start();
    simulation.take({ type: 'kill', at: simulation.now });
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,KILLING (main)');
    expect(courseOf(simulation.settle())).toBe('CREATED,RUNNING,KILLING,KILLED');
  });

  test('keeps what succeeded at the last moment', () => {
    const simulation = new Simulation(flow([sequential('q', [task('s'), task('t')])]), {
      tasks: { s: 'hangs' },
    }).start();
    simulation.take({ type: 'kill', at: simulation.now });
    const result = { state: 'SUCCESS', outputs: {} } as const;
    const taskRunId = runOf(simulation, 's').id;
    simulation.take({ type: 'finished', at: simulation.now, taskRunId, attempt: 0, result });
    expect(runsOf(simulation)).toEqual(['q KILLED', 's SUCCESS']);
  });

  test('that was paused goes through RESTARTED', () => {
    const simulation = new Simulation(flow([pause('p'), task('after')])).start().kill();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RESTARTED,KILLING,KILLED');
    expect(runsOf(simulation)).toEqual(['p KILLED']);
  });

  test('makes no further attempt, and leaves the failed one failed', () => {
    const simulation = new Simulation(flow([task('s', { retry: retry() })]), { tasks: { s: 'FAILED' } });
    simulation.take({ type: 'start', at: simulation.now });
    while (simulation.execution.state.current !== 'RETRYING') simulation.step();
    simulation.kill();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED,RETRYING,KILLING,KILLED');
    expect(history(runOf(simulation, 's').state)).toBe('CREATED,RUNNING,FAILED,RETRYING,KILLED');
    expect(attemptsOf(simulation, 's')).toBe('FAILED');
  });

  test('kills its subflow, and ends when that has ended', () => {
    const simulation = new Simulation(flow([subflow('sub')]), { subflows: { sub: 'hangs' } }).start();
    simulation.take({ type: 'kill', at: simulation.now });
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,KILLING (main)');
    expect(runsOf(simulation.settle())).toEqual(['sub KILLED']);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,KILLING,KILLED');
  });

  test('kills a subflow that was only about to start', () => {
    const simulation = new Simulation(flow([subflow('sub')]), { subflows: { sub: 'hangs' } });
    simulation.take({ type: 'start', at: simulation.now });
    expect(courseOf(simulation.kill())).toBe('CREATED,RUNNING,KILLING,KILLED');
    expect(simulation.decisions.flatMap(({ effects }) => effects.map(({ type }) => type))).toContain('kill-child');
  });

  test('closes its working directory when the task in it has ended', () => {
    const simulation = new Simulation(flow([workingDirectory('wd', [task('s')])]), { tasks: { s: 'hangs' } }).start();
    simulation.kill();
    expect(simulation.emitted).toContain(`close:${runOf(simulation, 'wd').id}`);
    expect(runsOf(simulation)).toEqual(['wd KILLED', 's KILLED']);
  });

  test('is killed though a task had just ended it', () => {
    const simulation = new Simulation(flow([parallel('p', [task('slow'), exit('ex')])]), { tasks: { slow: 'hangs' } });
    simulation.take({ type: 'start', at: simulation.now });
    while (simulation.execution.ending === undefined) simulation.step();
    expect(courseOf(simulation.kill())).toBe('CREATED,RUNNING,KILLING,KILLED');
  });

  test('before it started does nothing at all', () => {
    const simulation = new Simulation(everything).kill();
    expect(courseOf(simulation)).toBe('CREATED,KILLING,KILLED');
    simulation.take({ type: 'start', at: simulation.now });
    expect(runsOf(simulation)).toEqual(['x0 SUCCESS']);
  });
});

test('a kill after the end cuts short what still runs there', () => {
  const after = [sequential('q', [task('slow'), task('never')], { finally: [task('f')] }), task('nor')];
  const simulation = new Simulation(flow([task('a')], { afterExecution: after }), { tasks: { slow: 'hangs' } });
  simulation.start().kill();
  expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
  expect(runsOf(simulation)).toEqual(['a SUCCESS', 'q KILLED', 'slow KILLED']);
});
