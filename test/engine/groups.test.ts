/** Flowables that choose, repeat or run at the same time. */
import { describe, expect, test } from 'vitest';
import type { TaskRun } from '../../src/model/execution.ts';
import { Real, type ValueMap } from '../../src/model/value.ts';
import {
  allowFailure,
  dag,
  eachParallel,
  flow,
  forEach,
  ifTask,
  loopUntil,
  parallel,
  sequential,
  switchTask,
  task,
  workingDirectory,
} from './flows.ts';
import { attemptsOf, courseOf, logsOf, runOf, runsOf } from './shown.ts';
import { Simulation, type World } from './simulation.ts';

const boom = { tasks: { boom: 'FAILED' } } satisfies World;
const failsAt =
  (...values: string[]) =>
  (run: TaskRun) =>
    values.includes(run.value ?? '') ? ('FAILED' as const) : ('SUCCESS' as const);

/** How many programs run at the same time, at most. */
function most(simulation: Simulation, of: string): number {
  let most = 0;
  const count = () =>
    [...simulation.state.taskRuns()].filter(run => run.taskId === of && run.state.current === 'RUNNING');
  simulation.take({ type: 'start', at: simulation.now });
  do most = Math.max(most, count().length);
  while (simulation.stepTogether());
  return most;
}

describe('Parallel', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map(id => task(id));

  test('runs all at once', () => {
    const simulation = new Simulation(flow([parallel('p', five)]));
    simulation.take({ type: 'start', at: simulation.now });
    expect(runsOf(simulation)).toEqual(['p RUNNING', ...['a', 'b', 'c', 'd', 'e'].map(id => `${id} CREATED`)]);
    expect(courseOf(simulation.settle())).toBe('CREATED,RUNNING,SUCCESS');
  });

  test('runs no more than `concurrent` at once', () => {
    const simulation = new Simulation(flow([parallel('p', five, { concurrent: 2 })]), {
      tasks: { c: 'hangs' },
    }).start();
    expect(runsOf(simulation)).toEqual(['p RUNNING', 'a SUCCESS', 'b SUCCESS', 'c RUNNING', 'd SUCCESS', 'e SUCCESS']);
    const limited = new Simulation(flow([parallel('p', five, { concurrent: 2 })]));
    limited.take({ type: 'start', at: limited.now });
    expect(runsOf(limited)).toEqual(['p RUNNING', 'a CREATED', 'b CREATED']);
  });

  test('starts nothing more after a failure, and waits for what runs', () => {
    const tasks = [task('boom'), task('slow'), task('never')];
    const simulation = new Simulation(flow([parallel('p', tasks, { concurrent: 2 })]), {
      tasks: { boom: 'FAILED', slow: 'hangs' },
    }).start();
    expect(runsOf(simulation)).toEqual(['p RUNNING', 'boom FAILED', 'slow RUNNING']);
    const slow = runOf(simulation, 'slow');
    const result = { state: 'SUCCESS', outputs: {} } as const;
    simulation.take({ type: 'finished', at: simulation.now, taskRunId: slow.id, attempt: 0, result });
    expect(runsOf(simulation)).toEqual(['p FAILED', 'boom FAILED', 'slow SUCCESS']);
    expect(courseOf(simulation.settle())).toBe('CREATED,RUNNING,FAILED');
  });

  test('fails even where all others only warn', () => {
    const simulation = new Simulation(flow([parallel('p', [task('boom', { allowFailure: true }), task('a')])]), boom);
    expect(runsOf(simulation.start())[0]).toBe('p WARNING');
  });
});

describe('ForEach', () => {
  test('runs its tasks for one value after the other', () => {
    const simulation = new Simulation(flow([forEach('fe', ['x', 'y'], [task('a'), task('b')])])).start();
    expect(simulation.begun).toEqual(['a[x]', 'b[x]', 'a[y]', 'b[y]']);
    expect(runOf(simulation, 'b[y]').iteration).toBe(1);
    expect(runsOf(simulation)[0]).toBe('fe SUCCESS');
  });

  test.each([
    [1, 1],
    [2, 2],
    [0, 4],
  ])('of concurrencyLimit %i runs %i values at once', (concurrencyLimit, expected) => {
    const each = forEach('fe', ['1', '2', '3', '4'], [task('a')], { concurrencyLimit });
    expect(most(new Simulation(flow([each])), 'a')).toBe(expected);
  });

  test('with values at once starts the first task of each before the second of any', () => {
    const each = forEach('fe', ['a', 'b', 'c'], [task('s'), task('r')], { concurrencyLimit: 0 });
    const simulation = new Simulation(flow([each])).start();
    expect(
      runsOf(simulation)
        .slice(0, 5)
        .map(text => text.split(' ')[0]),
    ).toEqual(['fe', 's[a]', 's[b]', 's[c]', 'r[a]']);
  });

  test.each([
    ['integers', [1, 2n], ['1', '2']],
    ['maps', [{ n: 1, z: 'q' }], ['{"n":1,"z":"q"}']],
    ['duplicates', ['a', 'a', 'b'], ['a', 'b']],
    ['JSON text', '["a", 1, 2.5, true, {"k":1.0}]', ['a', '1', '2.5', 'true', '{"k":1.0}']],
    ['odd texts', ['a.b', 'c d', 'é', '', '__proto__'], ['a.b', 'c d', 'é', '', '__proto__']],
  ])('takes %s', (_name, values, expected) => {
    const simulation = new Simulation(flow([forEach('fe', values, [task('r')])])).start();
    expect([...simulation.state.taskRuns()].slice(1).map(run => run.value)).toEqual(expected);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
  });

  test.each([
    ['a fraction', [1, 2.5]],
    ['a whole double', [new Real('double', '1.0')]],
    ['a boolean', [true]],
    ['null', [null]],
    ['a map instead of a list', '{"a":1}'],
    ['text that is no JSON', 'a, b'],
    ['an expression that fails', '{{ nope }}'],
  ])('fails on %s, with a message', (_name, values) => {
    const simulation = new Simulation(flow([forEach('fe', values, [task('r')]), task('after')])).start();
    expect(runsOf(simulation)).toEqual(['fe FAILED']);
    expect(attemptsOf(simulation, 'fe')).toBe('FAILED');
    expect(logsOf(simulation)).toEqual([expect.stringMatching(/^ERROR fe: ./)]);
  });

  test('of no values succeeds', () => {
    const simulation = new Simulation(flow([forEach('fe', [], [task('r')]), task('after')])).start();
    expect(runsOf(simulation)).toEqual(['fe SUCCESS', 'after SUCCESS']);
  });

  test('starts no further value after a failure', () => {
    const simulation = new Simulation(flow([forEach('fe', ['a', 'b', 'c'], [task('f'), task('x')]), task('after')]), {
      tasks: { f: failsAt('b') },
    }).start();
    expect(runsOf(simulation)).toEqual(['fe FAILED', 'f[a] SUCCESS', 'x[a] SUCCESS', 'f[b] FAILED']);
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,FAILED');
  });

  test('runs its errors tasks once', () => {
    const each = forEach('fe', ['a', 'b', 'c'], [task('f')], { errors: [task('e')] });
    const simulation = new Simulation(flow([each]), { tasks: { f: failsAt('b') } }).start();
    expect(runsOf(simulation)).toEqual(['fe FAILED', 'f[a] SUCCESS', 'f[b] FAILED', 'e SUCCESS']);
  });

  test('nests', () => {
    const inner = forEach('i', ['1', '2'], [task('r')]);
    const simulation = new Simulation(flow([forEach('o', ['a', 'b'], [inner])])).start();
    expect(runsOf(simulation)).toHaveLength(7);
    expect(simulation.state.outputs.r).toEqual({ a: { 1: {}, 2: {} }, b: { 1: {}, 2: {} } });
  });

  test('has errors tasks within an iteration', () => {
    const inner = sequential('s', [task('f')], { errors: [task('le')] });
    const simulation = new Simulation(flow([forEach('fe', ['a', 'b', 'c'], [inner])]), {
      tasks: { f: ['SUCCESS'] },
    });
    const seen: string[] = [];
    const world: World = {
      tasks: {
        f: run => (simulation2.state.values(run).includes('b') ? 'FAILED' : 'SUCCESS'),
      },
    };
    const simulation2 = new Simulation(simulation.flow, world);
    seen.push(...runsOf(simulation2.start()));
    expect(seen).toEqual(['fe FAILED', 's[a] SUCCESS', 'f SUCCESS', 's[b] FAILED', 'f FAILED', 'le SUCCESS']);
  });

  test('as EachParallel runs all values at once', () => {
    expect(most(new Simulation(flow([eachParallel('fe', '["1","2","3"]', [task('a')])])), 'a')).toBe(3);
  });
});

describe('If', () => {
  test.each([
    ['true', 'a'],
    ['false', 'b'],
    ['0', 'b'],
    ['', 'b'],
    ['False', 'a'],
  ])('of %j runs %s', (condition, chosen) => {
    const simulation = new Simulation(flow([ifTask('i', condition, [task('a')], [task('b')])])).start();
    expect(simulation.begun).toEqual([chosen]);
    expect(runOf(simulation, 'i').outputs).toEqual({ evaluationResult: chosen === 'a' });
  });

  test('without else succeeds', () => {
    const simulation = new Simulation(flow([ifTask('i', 'false', [task('a')]), task('after')])).start();
    expect(runsOf(simulation)).toEqual(['i SUCCESS', 'after SUCCESS']);
  });

  test('fails when its condition cannot be rendered', () => {
    const simulation = new Simulation(flow([ifTask('i', '{{ nope }}', [task('a')])])).start();
    expect(runsOf(simulation)).toEqual(['i FAILED']);
    expect(logsOf(simulation)).toEqual([
      'ERROR i: Unable to find nope',
      'WARN i: No branch of i was chosen: there is nothing to choose by.',
    ]);
    expect(attemptsOf(simulation, 'i')).toBe('RUNNING');
  });
});

describe('Switch', () => {
  const cases = { one: [task('a')], '2': [task('n')], 'x/y': [task('s')] };

  test.each([
    ['one', 'a', false],
    ['2', 'n', false],
    ['x/y', 's', false],
    ['toString', 'd', true],
    ['', 'd', true],
  ])('of %j runs %s', (value, chosen, defaults) => {
    const simulation = new Simulation(flow([switchTask('sw', value, cases, [task('d')])])).start();
    expect(simulation.begun).toEqual([chosen]);
    expect(runOf(simulation, 'sw').outputs).toEqual({ value, defaults });
  });

  test('fails without a match, and says so', () => {
    const simulation = new Simulation(flow([switchTask('sw', 'zzz', cases), task('after')])).start();
    expect(runsOf(simulation)).toEqual(['sw FAILED']);
    expect(runOf(simulation, 'sw').outputs).toEqual({ value: 'zzz', defaults: true });
    expect(logsOf(simulation)).toEqual([expect.stringMatching(/^WARN sw: No case .*'zzz'/)]);
  });
});

describe('Dag', () => {
  const tasks = ['a', 'b', 'c', 'd'].map(id => task(id));
  const diamond = { b: ['a'], c: ['a'], d: ['b', 'c'] };

  test('starts a task when all that it depends on have ended', () => {
    const simulation = new Simulation(flow([dag('g', tasks, diamond)]), { tasks: { b: 'hangs' } }).start();
    expect(runsOf(simulation)).toEqual(['g RUNNING', 'a SUCCESS', 'b RUNNING', 'c SUCCESS']);
  });

  test('runs all', () => {
    const simulation = new Simulation(flow([dag('g', tasks.toReversed(), diamond)])).start();
    expect(simulation.begun[0]).toBe('a');
    expect(simulation.begun.at(-1)).toBe('d');
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,SUCCESS');
  });

  test('goes on behind a skipped or disabled task', () => {
    const first = [task('a', { runIf: 'false' }), task('off', { disabled: true })];
    const simulation = new Simulation(flow([dag('g', [...first, task('b')], { b: ['a', 'off'] })])).start();
    expect(runsOf(simulation)).toEqual(['g SUCCESS', 'a SKIPPED', 'b SUCCESS']);
  });

  test('starts nothing more after a failure', () => {
    const simulation = new Simulation(flow([dag('g', [task('boom'), task('x')], { x: ['boom'] })]), boom).start();
    expect(runsOf(simulation)).toEqual(['g FAILED', 'boom FAILED']);
  });

  test('keeps to `concurrent`', () => {
    const simulation = new Simulation(flow([dag('g', tasks, {}, { concurrent: 1 })]), {
      tasks: { a: 'hangs' },
    }).start();
    expect(runsOf(simulation)).toEqual(['g RUNNING', 'a RUNNING']);
  });
});

describe('AllowFailure', () => {
  test('turns a failure into a warning and stops there', () => {
    const simulation = new Simulation(
      flow([allowFailure('af', [task('boom'), task('x')]), task('after')]),
      boom,
    ).start();
    expect(runsOf(simulation)).toEqual(['af WARNING', 'boom FAILED', 'after SUCCESS']);
    expect(attemptsOf(simulation, 'af')).toBe('WARNING');
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,WARNING');
  });

  test('runs its errors tasks', () => {
    const simulation = new Simulation(
      flow([allowFailure('af', [task('boom')], { errors: [task('e')] })]),
      boom,
    ).start();
    expect(runsOf(simulation)).toEqual(['af WARNING', 'boom FAILED', 'e SUCCESS']);
  });
});

describe('LoopUntil', () => {
  const until =
    (count: number): NonNullable<World['expressions']>[string] =>
    state =>
      String([...state.taskRuns()].length > 0 && ++asked.count >= count);
  const asked = { count: 0 };

  test('runs again until the condition holds', () => {
    asked.count = 0;
    const loop = loopUntil('lu', '{{ done }}', [task('r')], { checkFrequency: { interval: 'PT0.1S' } });
    const simulation = new Simulation(flow([loop]), { expressions: { done: until(3) } }).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RUNNING,PAUSED,RUNNING,SUCCESS');
    expect(runOf(simulation, 'lu').outputs).toEqual({ iterationCount: 3 });
    expect(runsOf(simulation)).toEqual(['lu SUCCESS', 'r SUCCESS']);
    expect(simulation.begun).toEqual(['r', 'r', 'r']);
  });

  test('shows its tasks how many iterations there were, and counts before it looks at a condition about that', () => {
    const seen: unknown[] = [];
    const expressions = {
      'outputs.lu.iterationCount': (state: Parameters<ReturnType<typeof until>>[0]) => {
        const count = (state.outputs.lu as ValueMap).iterationCount;
        seen.push(count);
        return String(count === 3);
      },
    };
    const loop = loopUntil('lu', '{{ outputs.lu.iterationCount }}', [task('r')], {
      checkFrequency: { interval: 'PT0.1S' },
    });
    const simulation = new Simulation(flow([loop]), { expressions }).start();
    expect(seen).toEqual([1, 2, 2, 3]);
    expect(simulation.begun).toEqual(['r', 'r']);
    expect(runOf(simulation, 'lu').outputs).toEqual({ iterationCount: 3 });
  });

  test('ends at maxIterations with a warning in the log', () => {
    const frequency = { interval: 'PT0.1S', maxIterations: 3 };
    const loop = loopUntil('lu', 'false', [task('r')], { checkFrequency: frequency });
    const simulation = new Simulation(flow([loop, task('after')])).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RUNNING,PAUSED,RUNNING,SUCCESS');
    expect(runsOf(simulation)).toEqual(['lu SUCCESS', 'r SUCCESS', 'after SUCCESS']);
    expect(runOf(simulation, 'lu').outputs).toEqual({ iterationCount: 4 });
    expect(logsOf(simulation)).toEqual(['WARN lu: Max iterations reached: 3']);
  });

  test('fails at maxIterations where it is told to', () => {
    const frequency = { interval: 'PT0.1S', maxIterations: 2 };
    const loop = loopUntil('lu', 'false', [task('r')], { checkFrequency: frequency, failOnMaxReached: true });
    const simulation = new Simulation(flow([loop, task('after')])).start();
    expect(courseOf(simulation)).toBe('CREATED,RUNNING,PAUSED,RUNNING,FAILED');
    expect(runOf(simulation, 'lu').outputs).toEqual({ iterationCount: 3 });
    expect(runsOf(simulation)).toEqual(['lu FAILED', 'r SUCCESS']);
  });

  test('ends at maxDuration', () => {
    const frequency = { interval: 'PT10S', maxDuration: 'PT25S' };
    const loop = loopUntil('lu', 'false', [task('r')], { checkFrequency: frequency });
    const simulation = new Simulation(flow([loop])).start();
    expect(logsOf(simulation)).toEqual(['WARN lu: Max duration reached: PT25S']);
    expect(simulation.begun).toHaveLength(4);
  });

  test('fails with its task, and runs no further iteration', () => {
    const loop = loopUntil('lu', 'false', [task('boom')], { errors: [task('e')] });
    const simulation = new Simulation(flow([loop]), boom).start();
    expect(runsOf(simulation)).toEqual(['lu FAILED', 'boom FAILED', 'e SUCCESS']);
  });

  test.each([
    [{ maxIterations: 'many' }, 'maxIterations'],
    [{ interval: '5 s' }, '5 s'],
  ])('fails with a message on %j', (checkFrequency, said) => {
    const simulation = new Simulation(flow([loopUntil('lu', 'false', [task('r')], { checkFrequency })])).start();
    expect(runsOf(simulation)[0]).toBe('lu FAILED');
    expect(logsOf(simulation).join()).toContain(said);
  });

  test('repeats what is nested', () => {
    const inner = [dag('g', [task('a'), task('b')], { b: ['a'] }), forEach('fe', ['1', '2'], [task('r')])];
    const checkFrequency = { interval: 'PT1S', maxIterations: 2 };
    const simulation = new Simulation(flow([loopUntil('lu', 'false', inner, { checkFrequency })])).start();
    expect(simulation.begun).toEqual(['a', 'b', 'r[1]', 'r[2]', 'a', 'b', 'r[1]', 'r[2]']);
    expect(runsOf(simulation)).toHaveLength(7);
  });
});

describe('WorkingDirectory', () => {
  test('opens its directory before, and closes it after its tasks', () => {
    const simulation = new Simulation(flow([workingDirectory('wd', [task('a'), task('b')])])).start();
    const made = simulation.decisions.flatMap(({ effects }) => effects.map(({ type }) => type));
    expect(made).toEqual(['open-directory', 'run', 'run', 'close-directory']);
    expect(runsOf(simulation)).toEqual(['wd SUCCESS', 'a SUCCESS', 'b SUCCESS']);
  });

  test('closes its directory after a failure, before its errors tasks', () => {
    const wd = workingDirectory('wd', [task('boom')], { errors: [task('e')] });
    const simulation = new Simulation(flow([wd]), boom).start();
    const made = simulation.decisions.flatMap(({ effects }) => effects.map(({ type }) => type));
    expect(made).toEqual(['open-directory', 'run', 'close-directory', 'run']);
    expect(runsOf(simulation)).toEqual(['wd FAILED', 'boom FAILED', 'e SUCCESS']);
  });
});
