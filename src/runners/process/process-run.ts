/** One program on this machine: started, followed, ended. */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, RunSpec } from '../../model/run.ts';
import { isMap } from '../../model/value.ts';
import type { LogBatch, LogCursor, LogLine } from '../runner.ts';
import { Bell } from './bell.ts';
import { launch } from './launch.ts';
import { hasReaders, keepPipes } from './pipe-stock.ts';
import { bootId, isAlive, type ProcessIdentity } from './process-table.ts';
import {
  fileOf,
  isStopNoted,
  noteStop,
  pipesOf,
  type RunRecord,
  readExit,
  readRecord,
  readStarted,
  readTrouble,
  refuseStart,
  removeRunFolder,
} from './run-folder.ts';
import { StreamTail } from './stream-tail.ts';
import { endMark } from './supervisor.ts';
import { endReaders, terminate } from './termination.ts';

/** How often files are looked at, in milliseconds. The end of a program that we started ourselves is told at once. */
const lookInterval = 50;
/** How often a supervisor that says nothing is looked for in the process table. */
const aliveInterval = 500;
/** A supervisor decides and writes its name in one go; longer than this it takes only when it died there. */
const decideLimit = 2_000;
/** In milliseconds: an end mark that takes longer may never come. */
const longPause = 4;
/** Readers whose supervisor was killed live as long as a background process does, and need not be waited for. */
const quietLimit = 1_000;

const streams = ['stdout', 'stderr'] as const;

export class ProcessRun {
  readonly #dir: string;
  readonly #record: RunRecord;
  readonly #pipeStock: string | undefined;
  readonly #bell = new Bell();
  #child: ChildProcess | undefined;
  #childEnded = false;
  /** Once seen it stays, also when the folder is removed from outside. */
  #supervisor: ProcessIdentity | undefined;
  #outcome: Outcome | undefined;
  #incompleteSince: number | undefined;
  #aliveAt = 0;

  /** @param pipeStock the folder of pipes that were used before; none: they are made anew, and removed */
  constructor(dir: string, record: RunRecord, pipeStock: string | undefined) {
    this.#dir = dir;
    this.#record = record;
    this.#pipeStock = pipeStock;
  }

  /** Starts the program unless that was decided before, by us or by another process of ours. */
  start(spec: RunSpec, environment: Readonly<Record<string, string>>, limits: readonly string[]): void {
    if (this.#child !== undefined || this.#outcome !== undefined || readStarted(this.#dir) !== 'open') return;
    const ended = (): void => {
      this.#childEnded = true;
      this.#bell.ring();
    };
    const child = launch(
      spec,
      { dir: this.#dir, endSecret: this.#record.endSecret, limits, pipeStock: this.#pipeStock },
      environment,
      refused => {
        this.#neverStarted(refused.refused);
        ended();
      },
    );
    if ('refused' in child) {
      this.#neverStarted(child.refused);
    } else {
      this.#child = child;
      child.once('exit', ended);
    }
  }

  async *logs(from?: LogCursor): AsyncIterable<LogBatch> {
    const mark = endMark(this.#record.endSecret);
    const tails = streams.map(stream => new StreamTail(fileOf(this.#dir, stream), offsetIn(from, stream), mark));
    let quietSince = Date.now();
    let pause = 1;
    try {
      for (;;) {
        // Asked before reading: what is read afterwards is everything.
        const settled = this.#settled() !== undefined;
        const unmarked = settled && pause > longPause && this.#noMarkToCome(quietSince);
        const { lines, progress } = this.#readTurn(tails, tail => tail.read());
        if (lines.length > 0) yield { lines, cursor: cursorOf(tails) };
        if (tails.every(tail => tail.ended)) return;
        if (progress) {
          quietSince = Date.now();
          pause = 1;
        } else if (unmarked) {
          const last = this.#readTurn(tails, tail => ({ lines: tail.finish(), progress: false }));
          if (last.lines.length > 0) yield { lines: last.lines, cursor: cursorOf(tails) };
          return;
        } else if (settled) {
          // The readers have only to empty their pipes, which takes them about a millisecond.
          await sleep(pause);
          pause = Math.min(pause * 2, lookInterval);
        } else await this.#bell.wait(lookInterval);
      }
    } finally {
      for (const tail of tails) tail.close();
    }
  }

  async outcome(signal: AbortSignal): Promise<Outcome> {
    for (;;) {
      signal.throwIfAborted();
      const outcome = this.#settled();
      if (outcome !== undefined) {
        await this.#endUnwatched(outcome);
        return outcome;
      }
      const told = this.#child !== undefined && !this.#childEnded;
      await this.#bell.wait(told ? aliveInterval : lookInterval, signal);
    }
  }

  async stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    if (!refuseStart(this.#dir)) {
      const supervisor = await this.#findSupervisor();
      if (supervisor !== undefined) {
        if (this.#settled() === undefined) noteStop(this.#dir);
        await terminate({ dir: this.#dir, runId: this.#record.runId, supervisor }, graceMs);
      }
    }
    this.#bell.ring();
  }

  /**
   * Ends the program if it still runs. A background process that a task left behind at its own end is left alone, as
   * in Kestra: some start a service that way.
   */
  async dispose(): Promise<void> {
    if (this.#settled() === undefined) await this.stop({ graceMs: 0 });
    const supervisor = this.#supervisor ?? readStarted(this.#dir);
    if (typeof supervisor === 'object') endReaders({ dir: this.#dir, supervisor });
    if (this.#pipeStock !== undefined && existsSync(pipesOf(this.#dir))) keepPipes(this.#pipeStock, pipesOf(this.#dir));
    removeRunFolder(this.#dir);
  }

  #neverStarted(detail: string): void {
    this.#outcome ??= { kind: 'never-started', detail };
  }

  /** How it ended, once it has. */
  #settled(): Outcome | undefined {
    this.#outcome ??= this.#exited() ?? this.#vanished();
    return this.#outcome;
  }

  #exited(): Outcome | undefined {
    const exit = readExit(this.#dir);
    if (exit === undefined) return undefined;
    // First, as a stop may have ended what sets the program up.
    if (isStopNoted(this.#dir))
      return {
        kind: 'stopped',
        detail: exit === 'failed' ? 'Stopped while it was started.' : `Stopped; exit status ${exit}.`,
      };
    if (exit === 'failed') {
      return { kind: 'never-started', detail: `The program could not be set up: ${readTrouble(this.#dir)}` };
    }
    return { kind: 'exited', exitCode: exit };
  }

  /** The ends without an exit status. */
  #vanished(): Outcome | undefined {
    const started = this.#supervisor ?? readStarted(this.#dir);
    if (started === 'refused') return { kind: 'stopped', detail: 'Stopped before the program was started.' };
    if (started === 'open') return this.#notBegun();
    if (started === 'incomplete') {
      this.#incompleteSince ??= Date.now();
      return Date.now() - this.#incompleteSince < decideLimit ? undefined : this.#endedBefore();
    }
    this.#supervisor = started;
    if (!this.#childEnded && Date.now() - this.#aliveAt < aliveInterval) return undefined;
    if (isAlive(started)) {
      this.#aliveAt = Date.now();
      return undefined;
    }
    // It may have written the status between our two looks.
    return this.#exited() ?? this.#withoutStatus(started);
  }

  #notBegun(): Outcome | undefined {
    if (this.#childEnded) return this.#endedBefore();
    if (this.#child !== undefined || readRecord(this.#dir) !== undefined) return undefined;
    return { kind: 'deleted-outside', detail: `The folder of the run was removed from outside: ${this.#dir}.` };
  }

  #endedBefore(): Outcome {
    const trouble = readTrouble(this.#dir);
    return {
      kind: 'never-started',
      detail: `The shell that was to start the program ended before${trouble === '' ? '.' : `: ${trouble}`}`,
    };
  }

  #withoutStatus(supervisor: ProcessIdentity): Outcome {
    if (isStopNoted(this.#dir)) return { kind: 'stopped' };
    if (supervisor.boot !== bootId()) {
      return { kind: 'node-lost', detail: 'The machine was started anew while the program ran; its end is unknown.' };
    }
    return {
      kind: 'deleted-outside',
      detail:
        `The shell that watched over the program (pid ${supervisor.pid}) was killed from outside, so the program's ` +
        "exit status is unknown. Whatever was left of the program was ended. The system's log may say who killed it.",
    };
  }

  /** A program whose end nobody would notice must not go on while its task counts as ended. */
  async #endUnwatched(outcome: Outcome): Promise<void> {
    if (outcome.kind === 'deleted-outside' && this.#supervisor !== undefined) {
      await terminate({ dir: this.#dir, runId: this.#record.runId, supervisor: this.#supervisor }, 0);
    }
  }

  /** Waits for a supervisor that is about to write its name. */
  async #findSupervisor(): Promise<ProcessIdentity | undefined> {
    for (const limit = Date.now() + decideLimit; this.#supervisor === undefined; await sleep(1)) {
      const started = readStarted(this.#dir);
      if (typeof started === 'object') this.#supervisor = started;
      else if (started !== 'incomplete' || Date.now() > limit) break;
    }
    return this.#supervisor;
  }

  /** True when nobody is left who would write the end mark, or move it from the pipes to the files. */
  #noMarkToCome(quietSince: number): boolean {
    const supervisor = this.#supervisor ?? readStarted(this.#dir);
    if (typeof supervisor !== 'object') return true;
    return !isAlive(supervisor) && (!hasReaders(pipesOf(this.#dir)) || Date.now() - quietSince > quietLimit);
  }

  /** One turn through both streams: each is in order, and neither waits for the other. */
  #readTurn(
    tails: readonly StreamTail[],
    read: (tail: StreamTail) => { lines: string[]; progress: boolean },
  ): { lines: LogLine[]; progress: boolean } {
    const time = Date.now();
    const lines: LogLine[] = [];
    let progress = false;
    for (const [index, tail] of tails.entries()) {
      const turn = read(tail);
      progress ||= turn.progress;
      for (const text of turn.lines) lines.push({ stream: streams[index] ?? 'stdout', time, text });
    }
    return { lines, progress };
  }
}

function offsetIn(cursor: LogCursor | undefined, stream: (typeof streams)[number]): number {
  const offset = isMap(cursor) ? cursor[stream] : undefined;
  return typeof offset === 'number' ? offset : 0;
}

function cursorOf(tails: readonly StreamTail[]): LogCursor {
  return Object.fromEntries(tails.map((tail, index) => [streams[index] ?? 'stdout', tail.cursor]));
}
