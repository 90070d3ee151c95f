/** Any flow, events in any order, twice or late, kills, crashes and restarts: what holds for all of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TaskResult } from '../../src/model/execution.ts';
import { isTerminal } from '../../src/model/states.ts';
import { checkState, picture } from './invariants.ts';
import { anyFlow } from './random-flow.ts';
import { Simulation, type World } from './simulation.ts';

/** Numbers in [0, 1), always the same for a seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: () => number, ...weighted: readonly (readonly [number, T])[]): T {
  let left = random() * weighted.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of weighted) {
    left -= weight;
    if (left < 0) return value;
  }
  return (weighted.at(-1) as readonly [number, T])[1];
}

function worldOf(random: () => number): World {
  const ending = () =>
    pick<TaskResult['state']>(random, [70, 'SUCCESS'], [22, 'FAILED'], [3, 'WARNING'], [2, 'KILLED'], [3, 'CANCELLED']);
  return {
    otherTasks: () => ({ state: ending(), outputs: random() < 0.3 ? { n: 1 } : {} }),
    otherSubflows: () => pick(random, [60, 'SUCCESS'], [20, 'FAILED'], [5, 'WARNING'], [5, 'KILLED'], [10, 'refused']),
    directories: () => (random() < 0.9 ? { ok: true, value: {} } : { ok: false, message: 'the disk is full' }),
    expressions: { maybe: () => String(random() < 0.5) },
    get outputs() {
      return random() < 0.7 ? ({ ok: true, value: { o: 'x' } } as const) : ({ ok: false, message: 'no' } as const);
    },
  };
}

interface Mischief {
  readonly crashes: boolean;
  readonly repeats: boolean;
  readonly killAfter?: number;
}

/** Carries an execution on until nothing moves; whoever waits for a word is resumed. */
function carryOn(simulation: Simulation, random: () => number, mischief: Mischief): void {
  for (let step = 0; !hasEnded(simulation); step++) {
    if (step > 5000) throw new Error('the execution does not end');
    if (step === mischief.killAfter) simulation.take({ type: 'kill', at: simulation.now });
    if (mischief.crashes && random() < 0.05) simulation.crash();
    if (mischief.repeats && random() < 0.2) sayAgain(simulation, random);
    if (random() < 0.05) simulation.fireTimer();
    const moved = random() < 0.2 ? simulation.stepTogether() || simulation.step() : simulation.step();
    checkState(simulation.state);
    if (random() < 0.1) expect(picture(simulation.rebuilt())).toEqual(picture(simulation.state));
    if (moved || hasEnded(simulation)) continue;
    // Only a Pause may hold things up, and the execution must show it, or nobody would know to resume it.
    const paused = [...simulation.state.activeIds()].filter(
      id => simulation.state.taskRun(id)?.state.current === 'PAUSED',
    );
    expect(paused, `pending: ${[...simulation.pending.keys()]}`).not.toEqual([]);
    if (simulation.execution.phase !== 'after') expect(simulation.execution.state.current).toBe('PAUSED');
    simulation.take({ type: 'resume', at: simulation.now });
  }
  checkState(simulation.state);
  expect(simulation.pending.size).toBe(0);
  expect(picture(simulation.rebuilt())).toEqual(picture(simulation.state));
}

function hasEnded(simulation: Simulation): boolean {
  return simulation.execution.phase === 'ended';
}

/** Says something again that was said before in this life, but for what a user wants again. */
function sayAgain(simulation: Simulation, random: () => number): void {
  const said = simulation.taken.filter(({ type }) => !['kill', 'restart', 'resume'].includes(type));
  const event = said[Math.floor(random() * said.length)];
  if (event) simulation.take(event);
}

function simulate(seed: number, flow: ConstructorParameters<typeof Simulation>[0], mischief: Mischief): Simulation {
  const random = chance(seed);
  const inOrder = random() < 0.2;
  const choose = (count: number) => (inOrder ? 0 : Math.floor(random() * count));
  const simulation = new Simulation(flow, worldOf(random), choose);
  simulation.eager = random() < 0.5;
  simulation.take({ type: 'start', at: simulation.now });
  carryOn(simulation, random, mischief);
  return simulation;
}

const seed = fc.integer();
const settings = { numRuns: 200 };

test('an execution ends, whatever the order of events', () => {
  fc.assert(
    fc.property(anyFlow, seed, (flow, seed) => {
      simulate(seed, flow, { crashes: false, repeats: false });
    }),
    settings,
  );
}, 60_000);

test('events that come twice change nothing, nor do they after the end', () => {
  fc.assert(
    fc.property(anyFlow, seed, (flow, seed) => {
      const simulation = simulate(seed, flow, { crashes: false, repeats: true });
      for (const event of [...simulation.taken]) {
        if (event.type === 'restart') continue;
        const decision = simulation.take(event);
        expect({ ...decision, done: [] }, event.type).toEqual({ taskRuns: [], effects: [], done: [], logs: [] });
      }
    }),
    settings,
  );
}, 60_000);

test('a process that dies is followed by one that goes on', () => {
  fc.assert(
    fc.property(anyFlow, seed, (flow, seed) => {
      simulate(seed, flow, { crashes: true, repeats: true });
    }),
    settings,
  );
}, 60_000);

test('a killed execution ends KILLED and starts nothing more', () => {
  fc.assert(
    fc.property(anyFlow, seed, fc.nat(30), fc.boolean(), (flow, seed, killAfter, crashes) => {
      const simulation = simulate(seed, flow, { crashes, repeats: true, killAfter });
      const killed = simulation.decisions.findIndex(({ execution }) => execution?.state.current === 'KILLING');
      if (killed < 0) return;
      expect(simulation.execution.state.current).toBe('KILLED');
      const started = simulation.decisions
        .slice(killed)
        .flatMap(({ effects }) => effects)
        .filter(effect => ['run', 'subflow', 'open-directory', 'timer', 'evaluate', 'outputs'].includes(effect.type));
      const late = started.filter(effect => !('taskRunId' in effect && isAfter(simulation, effect.taskRunId ?? '')));
      expect(late).toEqual([]);
    }),
    settings,
  );
}, 60_000);

test('a restarted execution ends again, and what succeeded is not run again', () => {
  fc.assert(
    fc.property(anyFlow, seed, fc.option(fc.nat(30)), fc.boolean(), (flow, seed, killAfter, crashes) => {
      const simulation = simulate(seed, flow, { crashes, repeats: true, ...(killAfter !== null && { killAfter }) });
      const random = chance(seed + 1);
      for (let times = 0; times < 2; times++) {
        simulation.take({ type: 'restart', at: simulation.now });
        simulation.taken.length = 0;
        carryOn(simulation, random, { crashes, repeats: true });
        expect(isTerminal(simulation.execution.state.current)).toBe(true);
      }
    }),
    settings,
  );
}, 60_000);

test('an execution that is replayed from any task run ends again', () => {
  fc.assert(
    fc.property(anyFlow, seed, fc.option(fc.nat(30)), fc.boolean(), (flow, seed, killAfter, crashes) => {
      const simulation = simulate(seed, flow, { crashes, repeats: true, ...(killAfter !== null && { killAfter }) });
      const random = chance(seed + 1);
      for (let times = 0; times < 2; times++) {
        const runs = [...simulation.state.taskRuns()];
        const from = runs[Math.floor(random() * runs.length)];
        if (!from) return;
        const before = from.attempts.length;
        simulation.take({ type: 'restart', at: simulation.now, from: from.id });
        simulation.taken.length = 0;
        carryOn(simulation, random, { crashes, repeats: true });
        expect(isTerminal(simulation.execution.state.current)).toBe(true);
        const after = simulation.state.taskRun(from.id);
        expect(after?.superseded ? before : after?.attempts.length).toBeGreaterThanOrEqual(before);
      }
    }),
    settings,
  );
}, 60_000);

/** True for task runs of `afterExecution`: they start after a kill too. */
function isAfter(simulation: Simulation, id: string): boolean {
  const run = simulation.state.taskRun(id);
  if (!run) return false;
  return [run, ...simulation.state.ancestors(run)].some(each => each.branch === 'afterExecution');
}
