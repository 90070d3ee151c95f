/** One container as a run: start, follow, settle, fetch, stop, dispose. */
import { setTimeout as pause } from 'node:timers/promises';
import { loadReader } from '../../files/tar.ts';
import type { OtherKind } from '../../files/walk.ts';
import type { Outcome, RunSpec } from '../../model/run.ts';
import { EngineError, UnreachableError } from '../engine-error.ts';
import type { LogBatch, LogCursor, OnOther, Run } from '../runner.ts';
import { unlessAborted } from '../unless-aborted.ts';
import {
  type Container,
  changeTime,
  inspectContainer,
  isContainerGone,
  killContainer,
  startContainer,
} from './client/containers.ts';
import type { Engine } from './client/engine.ts';
import { type ContainerEnd, EndWatch, hasEnded, wasStarted } from './end-watch.ts';
import { fetchesAll, fetchFiles } from './files.ts';
import type { ImageDigests } from './image-digest.ts';
import { readLog } from './log/read-log.ts';
import { MemoryWatch } from './memory-use.ts';
import { outcomeOf } from './outcome.ts';
import { freshMs } from './own-runs.ts';
import { removeFully } from './remove.ts';
import type { Settings } from './settings.ts';
import { throughRestart } from './through-restart.ts';

const startAttempts = 3;
/** The longest time that a timer of Node can count; more than 24 days of grace are as good as no end. */
const longestTimerMs = 2 ** 31 - 1;

export interface RunContext {
  readonly engine: Engine;
  readonly digests: ImageDigests;
  readonly container: Container;
  readonly name: string;
  readonly spec: RunSpec;
  readonly settings: Settings;
  /** When `container` was asked for, by `performance.now()`. */
  readonly inspectedMs: number;
  /** When its output directory was last changed, as it was created. */
  readonly outputTime?: Promise<string | undefined> | undefined;
}

export class DockerRun implements Run {
  readonly #context: RunContext;
  #digest: string | undefined;
  readonly #watch: EndWatch;
  readonly #closing = new AbortController();
  readonly #startedBefore: boolean;
  /** When the output directory was last changed before we started the program; else nobody can tell. */
  #outputTimeAtStart: string | undefined;
  /** The same at the end, asked for together with the inspection and the log: 5 ms less in all. */
  #outputTimeAtEnd: Promise<string | undefined> | undefined;
  /** Resolves when there may be a log. */
  readonly #begun = Promise.withResolvers<void>();
  #starting: Promise<void> | undefined;
  #askingDigest: Promise<void> | undefined;
  #stoppedByUs = false;
  #memory: MemoryWatch | undefined;
  /** The files come beside the rest of the log: 2 ms less in all. */
  readonly #fetched: Promise<void>;
  readonly #others = new Map<string, OtherKind>();
  #disposing: Promise<void> | undefined;

  constructor(context: RunContext) {
    const { engine, container } = context;
    this.#context = context;
    this.#watch = new EndWatch(engine, container.Id);
    this.#startedBefore = wasStarted(container.State) || hasEnded(container.State);
    if (this.#startedBefore) this.#begun.resolve();
    if (this.#startedBefore) this.#leaveRunning();
    if (hasEnded(container.State)) this.#watch.settle({ kind: 'ended', state: container.State });
    void this.#begun.promise.then(() => this.#watchMemory());
    // Nobody is left to be asked for the rest of the log.
    void this.#watch.ended.then(({ kind }) => kind === 'unreachable' && this.#closing.abort());
    this.#fetched = this.#watch.ended.then(({ kind }) => {
      if (kind === 'ended') return throughRestart(this.#closing.signal, () => this.#fetch());
    });
    // Told to whoever asks for the files.
    this.#fetched.catch(() => {});
  }

  /** With the image's digest as soon as the outcome is known. */
  get details(): { readonly containerId: string; readonly imageDigest?: string } {
    const digest = this.#digest;
    return { containerId: this.#context.container.Id, ...(digest !== undefined && { imageDigest: digest }) };
  }

  start(): Promise<void> {
    this.#askingDigest ??= this.#askDigest();
    this.#starting ??= this.#start().finally(this.#begun.resolve);
    return this.#starting;
  }

  async *logs(from?: LogCursor): AsyncGenerator<LogBatch> {
    const { engine, container } = this.#context;
    this.#follow();
    const { ended } = this.#watch;
    await Promise.race([this.#begun.promise, ended]);
    if (this.#watch.settled?.kind === 'left-running') return;
    const driver = container.HostConfig.LogConfig?.Type ?? '';
    const source = { engine, id: container.Id, driver, signal: this.#closing.signal };
    // Podman's wait may answer before the log is whole.
    if (engine.podman) return yield* readLog({ ...source, ended }, from);
    let cursor = from;
    for await (const batch of readLog({ ...source, ended: this.#watch.announced }, from)) {
      cursor = batch.cursor;
      yield batch;
    }
    const { confirmed } = await this.#watch.announced;
    if (!(await confirmed)) yield* readLog({ ...source, ended }, cursor);
  }

  async outcome(signal: AbortSignal): Promise<Outcome> {
    this.#follow();
    const end = await unlessAborted(this.#watch.ended, signal);
    await this.#askingDigest;
    return this.#outcomeOf(end);
  }

  async fetch(signal: AbortSignal, onOther?: OnOther): Promise<void> {
    await unlessAborted(this.#fetched, signal);
    for (const [path, kind] of this.#others) onOther?.(path, kind);
  }

  async stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    if (this.#starting) await this.#starting.catch(() => {});
    else if (!this.#startedBefore) this.#watch.settle({ kind: 'never-run' });
    this.#follow();
    if (graceMs > 0 && (await this.#signal('SIGTERM'))) {
      const timer = new AbortController();
      const grace = pause(Math.min(graceMs, longestTimerMs), undefined, { signal: timer.signal });
      await Promise.race([this.#watch.ended, grace]);
      timer.abort();
      grace.catch(() => {});
    }
    await this.#signal('SIGKILL');
    await this.#watch.ended;
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #start(): Promise<void> {
    if (this.#watch.settled) return;
    if (this.#startedBefore) return this.#follow();
    const { inspectedMs } = this.#context;
    if (performance.now() - inspectedMs > freshMs && (await this.#wasStartedMeanwhile())) return;
    await this.#noteOutputTime();
    try {
      const starting = this.#startOnce();
      const { spec, settings } = this.#context;
      if (fetchesAll(spec) && settings.filesBy === 'VOLUME') void loadReader();
      await starting;
    } finally {
      // Also when nobody knows whether it was started. Asked before, an engine would say that it is not running.
      this.#watch.watch();
    }
  }

  /** While the engine starts the program. */
  async #askDigest(): Promise<void> {
    const { digests, container } = this.#context;
    this.#digest = await digests.of(container).catch(() => undefined);
  }

  async #startOnce(): Promise<void> {
    const { engine, container } = this.#context;
    for (let attempt = 1; ; attempt++) {
      try {
        await startContainer(engine, container.Id);
        return this.#leaveRunning();
      } catch (error) {
        if (error instanceof EngineError) return this.#startRefused(error);
        // The answer was lost. Asked before it is tried again: a program must not run twice.
        if (!(error instanceof UnreachableError) || attempt === startAttempts) throw error;
        if (await this.#wasStartedMeanwhile()) return;
      }
    }
  }

  async #noteOutputTime(): Promise<void> {
    const { engine, spec, settings } = this.#context;
    // Where everything is fetched in any case, nobody asks whether the output directory was changed.
    if (settings.filesBy === 'MOUNT' || fetchesAll(spec) || !engine.isSlowToCopy) return;
    this.#outputTimeAtStart = await (this.#context.outputTime ?? this.#outputTime()).catch(() => undefined);
    if (this.#outputTimeAtStart === undefined) return;
    this.#outputTimeAtEnd = this.#watch.announced.then(() => this.#outputTime());
    this.#outputTimeAtEnd.catch(() => {});
  }

  #outputTime(): Promise<string | undefined> {
    const { engine, container, spec } = this.#context;
    return changeTime(engine, container.Id, spec.outputDir);
  }

  async #fetch(): Promise<void> {
    const { engine, container, spec, settings } = this.#context;
    if (settings.filesBy === 'MOUNT' || (await this.#isOutputUntouched())) return;
    const { signal } = this.#closing;
    await fetchFiles(engine, container.Id, spec, signal, (path, kind) => this.#others.set(path, kind));
  }

  /** Nothing was put into the output directory, and nothing else is wanted. */
  async #isOutputUntouched(): Promise<boolean> {
    if (this.#outputTimeAtStart === undefined) return false;
    const { confirmed } = await this.#watch.announced;
    const early = (await confirmed) ? await this.#outputTimeAtEnd?.catch(() => undefined) : undefined;
    const time = early ?? (await this.#outputTime());
    return time === undefined || time === this.#outputTimeAtStart;
  }

  /** With `wait: false` the run is over when its program has begun. */
  #leaveRunning(): void {
    if (!this.#context.settings.wait) this.#watch.settle({ kind: 'left-running' });
  }

  #startRefused(error: EngineError): void {
    // Another container may be missing: `networkMode: container:…` names one.
    const gone = isContainerGone(error) && error.message.includes(this.#context.container.Id);
    this.#watch.settle(gone ? { kind: 'gone' } : { kind: 'start-refused', message: error.message });
  }

  /** The engine starts an ended container again when it is told to; it must be asked first. */
  async #wasStartedMeanwhile(): Promise<boolean> {
    const { engine, container } = this.#context;
    const { State: state } = await inspectContainer(engine, container.Id);
    if (!wasStarted(state)) return false;
    this.#leaveRunning();
    this.#watch.watch();
    return true;
  }

  /** Watches a container that was started, by us or before us. */
  #follow(): void {
    if (this.#startedBefore) this.#watch.watch();
  }

  #watchMemory(): void {
    const { engine, container, settings } = this.#context;
    if (!settings.memory || this.#watch.settled) return;
    this.#memory = new MemoryWatch(engine, container.Id, this.#watch.signal);
  }

  /** False when nothing was running that could receive it. */
  async #signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
    if (this.#watch.settled) return false;
    const { engine, container } = this.#context;
    if (signal === 'SIGKILL') this.#watch.expectKill();
    const received = await killContainer(engine, container.Id, signal);
    if (received) this.#stoppedByUs = true;
    else await this.#watch.look();
    return received;
  }

  #outcomeOf(end: ContainerEnd): Outcome {
    const { engine, name, settings } = this.#context;
    return outcomeOf(end, {
      container: name,
      endpoint: engine.endpoint.text,
      stoppedByUs: this.#stoppedByUs,
      engineWasAway: this.#watch.wasAway,
      takenOver: this.#startedBefore,
      memorySample: this.#memory?.latest,
      ...(settings.memoryText !== undefined && { memoryLimit: settings.memoryText }),
    });
  }

  async #dispose(): Promise<void> {
    if (this.#starting) await this.#starting.catch(() => {});
    this.#closing.abort();
    if (this.#watch.settled) await this.#fetched.catch(() => {});
    const { engine, container, settings } = this.#context;
    if (this.#watch.settled?.kind === 'left-running') return;
    if (settings.delete) {
      // Whoever still waits is told that we ended it, not that it was removed from outside.
      this.#watch.settle({ kind: 'never-run' });
      await removeFully(engine, container.Id);
    } else if (this.#startedBefore || this.#starting) {
      await this.stop({ graceMs: 0 });
    }
    this.#watch.settle({ kind: 'never-run' });
  }
}
