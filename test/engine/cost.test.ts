/** A transition costs the same however many task runs there are: four times as many take four times as long. */
import { expect, test } from 'vitest';
import { decide } from '../../src/engine/decide.ts';
import { Draft } from '../../src/engine/draft.ts';
import type { EngineEvent } from '../../src/engine/event.ts';
import { ExecutionState } from '../../src/engine/execution-state.ts';
import type { Flow } from '../../src/model/flow.ts';
import { initialState } from '../../src/model/states.ts';
import { cpuMs } from '../cpu-time.ts';
import { dag, flow, forEach, loopUntil, parallel, sequential, task } from './flows.ts';

/** Decides all events; a kill comes when `killAt` events are decided. @returns the state at the end */
function decideAll(flow: Flow, killAt?: number): string {
  const state = new ExecutionState(flow, {
    id: 'e',
    namespace: 'n',
    flowId: 'f',
    flowRevision: 1,
    state: initialState('CREATED', '2024-01-01T00:00:00.000Z'),
    labels: [],
    inputs: {},
    originalId: 'e',
    attemptNumber: 1,
    phase: 'created',
  });
  let ids = 0;
  const sources = { newId: () => `r${++ids}`, random: () => 0 };
  const events: EngineEvent[] = [{ type: 'start', at: 0 }];
  for (let next = 0; next < events.length; next++) {
    const event = next === killAt ? ({ type: 'kill', at: 0 } as const) : (events[next] as EngineEvent);
    const draft = new Draft(state, sources);
    decide(draft, event);
    const { execution, taskRuns, effects } = draft.decision();
    if (execution) state.execution = execution;
    for (const run of taskRuns) state.put(run);
    for (const effect of effects) {
      if (effect.type === 'run' || effect.type === 'cancel') {
        const { taskRunId, attempt } = effect;
        const ends = effect.type === 'run' ? 'SUCCESS' : 'KILLED';
        if (ends === 'SUCCESS') events.push({ type: 'started', at: 0, taskRunId, attempt });
        events.push({ type: 'finished', at: 0, taskRunId, attempt, result: { state: ends, outputs: {} } });
      } else if (effect.type === 'evaluate') {
        events.push({ type: 'answered', at: 0, key: effect.key, answer: { ok: true, value: effect.template } });
      } else if (effect.type === 'timer') events.push({ type: 'due', at: effect.at, key: effect.key });
    }
  }
  return state.execution.state.current;
}

function cost(flow: Flow, killAt?: number): { ms: number; state: string } {
  let state = '';
  const ms = cpuMs(() => {
    state = decideAll(flow, killAt);
  });
  return { ms, state };
}

const tasks = (count: number) => Array.from({ length: count }, (_, index) => task(`t${index}`));
const values = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);
const chain = (count: number) =>
  Object.fromEntries(values(count - 1).map((_, index) => [`t${index + 1}`, [`t${index}`]]));
const pair = [task('a'), task('b')];

test.each([
  ['Parallel', 2000, (n: number) => flow([parallel('p', tasks(n))]), undefined],
  ['Parallel with a limit', 2000, (n: number) => flow([parallel('p', tasks(n), { concurrent: 10 })]), undefined],
  [
    'ForEach, all at once',
    5000,
    (n: number) => flow([forEach('f', values(n), pair, { concurrencyLimit: 0 })]),
    undefined,
  ],
  ['ForEach, one by one', 5000, (n: number) => flow([forEach('f', values(n), pair)]), undefined],
  ['Dag in a chain', 2000, (n: number) => flow([dag('g', tasks(n), chain(n))]), undefined],
  // Each turn makes the execution's history longer, which is copied: 0.01 ms of each of 4,000 turns, 0.04 of 8,000.
  [
    'LoopUntil',
    2000,
    (n: number) => flow([loopUntil('l', 'false', pair, { checkFrequency: { maxIterations: n } })]),
    undefined,
  ],
  [
    'a kill of nested flowables',
    5000,
    (n: number) => flow([forEach('f', values(n), [sequential('s', pair)], { concurrencyLimit: 0 })]),
    6000,
  ],
] as const)(
  '%s of %i',
  (_name, size, build, killAt) => {
    cost(build(size / 4), killAt && killAt / 4);
    const small = cost(build(size), killAt);
    const large = cost(build(size * 4), killAt && killAt * 4);
    expect([small.state, large.state]).toEqual(killAt ? ['KILLED', 'KILLED'] : ['SUCCESS', 'SUCCESS']);
    // In line it is 4 times; a cost that grows with the size makes 16. Below 50 ms the garbage collector decides.
    expect(large.ms).toBeLessThan(9 * Math.max(small.ms, 50));
  },
  30_000,
);
