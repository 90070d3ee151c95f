/** A runner in memory for tests of what uses runners. Its programs are written as words: see script.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { RunSpec } from '../../model/run.ts';
import { isMap } from '../../model/value.ts';
import { type Handle, type Lost, PrepareError, type Run, type TaskRunner } from '../runner.ts';
import { FakeProgram } from './fake-program.ts';
import { readScript } from './script.ts';

export type FakeCall = 'prepare' | 'open' | 'start' | 'logs' | 'outcome' | 'fetch' | 'stop' | 'dispose' | 'remove';

export interface FakeRunnerOptions {
  /** How long a call takes, in milliseconds. */
  readonly delay?: Partial<Record<FakeCall, number>>;
  /** Called at the beginning of each call; what it throws is the engine's fault that the caller sees. */
  readonly fault?: (call: FakeCall, runId: string) => void;
  /** Brings the wanted files: `fetch` calls it with the run's spec. */
  readonly files?: (spec: RunSpec) => Promise<void>;
}

export interface FakeRunner extends TaskRunner {
  /** All calls so far, as `start run-1`. */
  readonly calls: readonly string[];
  /**
   * Calls out of order, in words: a run that is started or read before it is opened, disposed before its log was read
   * to the end, used after dispose. Empty for a caller that keeps the contract.
   */
  readonly violations: readonly string[];
  /** What exists by run id: prepared and not disposed. It stays when its follower is gone, as in a real engine. */
  readonly programs: ReadonlyMap<string, FakeProgram>;
}

const type = 'io.windlass.runner.Fake';

export function createFakeRunner(options: FakeRunnerOptions = {}): FakeRunner {
  const calls: string[] = [];
  const violations: string[] = [];
  const programs = new Map<string, FakeProgram>();

  async function begin(call: FakeCall, runId: string): Promise<void> {
    calls.push(`${call} ${runId}`);
    options.fault?.(call, runId);
    const delay = options.delay?.[call];
    if (delay !== undefined) await sleep(delay);
  }

  function remove(runId: string): void {
    programs.get(runId)?.end(0);
    programs.delete(runId);
  }

  return {
    type,
    aliases: [],
    title: 'Runs fake programs in memory',
    schema: () => z.strictObject({ type: z.string(), version: z.string().optional() }),
    capabilities: { needsImage: false, separateStreams: true, memoryLimit: false, inheritsEnvironment: false },
    calls,
    violations,
    programs,

    probe: async () => ({ usable: true, detail: 'In memory' }),
    paths: spec => ({ workingDir: spec.workDir, outputDir: spec.outputDir }),

    async prepare(spec): Promise<Handle> {
      await begin('prepare', spec.runId);
      const steps = readScript(spec.argv);
      if (steps.some(step => step.kind === 'fail-prepare')) {
        throw new PrepareError({ kind: 'never-started', detail: 'The fake runner was told to refuse.' });
      }
      if (!programs.has(spec.runId)) programs.set(spec.runId, new FakeProgram(spec, steps));
      return { runner: type, version: 1, runId: spec.runId, data: {} };
    },

    async open(handle): Promise<Run | Lost> {
      await begin('open', handle.runId);
      const program = programs.get(handle.runId);
      if (program === undefined) return { lost: `There is no fake run ${handle.runId}.` };
      return follow(program, { begin, violations, files: options.files, remove });
    },

    async *list(owner): AsyncIterable<Handle> {
      for (const [runId, program] of programs) {
        if (program.spec.owner === owner) yield { runner: type, version: 1, runId, data: {} };
      }
    },

    async remove(handle): Promise<void> {
      await begin('remove', handle.runId);
      remove(handle.runId);
    },
  };
}

interface Following {
  begin(call: FakeCall, runId: string): Promise<void>;
  readonly violations: string[];
  readonly files: FakeRunnerOptions['files'];
  remove(runId: string): void;
}

function follow(program: FakeProgram, { begin, violations, files, remove }: Following): Run {
  const { runId } = program.spec;
  let logRead = false;
  let outcomeTold = false;
  let disposed = false;

  function expectOpen(call: FakeCall): void {
    if (disposed) violations.push(`${call} of ${runId} after its dispose`);
  }

  return {
    async start() {
      expectOpen('start');
      await begin('start', runId);
      program.start();
    },

    async *logs(from) {
      expectOpen('logs');
      await begin('logs', runId);
      let next = isMap(from) && typeof from.lines === 'number' ? from.lines : 0;
      for (;;) {
        if (next < program.lines.length) {
          const lines = program.lines.slice(next);
          next += lines.length;
          yield { lines, cursor: { lines: next } };
        } else if (program.outcome !== undefined) {
          logRead = true;
          return;
        } else await program.change();
      }
    },

    async outcome(signal) {
      expectOpen('outcome');
      await begin('outcome', runId);
      while (program.outcome === undefined) await program.change(signal);
      outcomeTold = true;
      return program.outcome;
    },

    async fetch() {
      expectOpen('fetch');
      if (!outcomeTold) violations.push(`fetch of ${runId} before its outcome`);
      await begin('fetch', runId);
      await files?.(program.spec);
    },

    async stop({ graceMs }) {
      expectOpen('stop');
      await begin('stop', runId);
      program.end(graceMs);
      while (program.outcome === undefined) await program.change();
    },

    async dispose() {
      if (program.starts > 0 && !disposed && !logRead) {
        violations.push(`dispose of ${runId} before its log was read to the end`);
      }
      await begin('dispose', runId);
      disposed = true;
      remove(runId);
    },
  };
}
