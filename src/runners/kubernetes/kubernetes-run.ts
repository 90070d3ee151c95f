/** One pod as a run: start, follow, settle, fetch, stop, dispose. */
import type { Outcome, RunSpec } from '../../model/run.ts';
import type { ValueMap } from '../../model/value.ts';
import { type LogBatch, type LogCursor, LostFilesError, type OnOther, type Progress, type Run } from '../runner.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { awaitsFiles } from './awaited-files.ts';
import type { Connection } from './client/connection.ts';
import { ApiError } from './client/errors.ts';
import type { ExecTarget } from './client/exec.ts';
import { lookedAt, type PodObject } from './client/pods.ts';
import { fetchFiles } from './fetch-files.ts';
import type { LogFollows } from './log/log-follows.ts';
import { readLog } from './log/read-log.ts';
import { endedMarker, helperContainer, initContainer, mainContainer, readyMarker } from './paths.ts';
import { PodEnd } from './pod-end.ts';
import { helperRuns, mainRuns, statusOf } from './pod-outcome.ts';
import { inlineVariable } from './pod-spec.ts';
import type { PodWatch } from './pod-watch.ts';
import { removePod } from './remove.ts';
import type { Settings } from './settings.ts';
import { type Signalled, signalShared, terminateFirst } from './signal-program.ts';
import { setMarker, TransferError } from './transfer.ts';

/** On top of `waitForLogs`: a kubelet that is restarted answers again within seconds, one on a loaded node later. */
const lateLogMs = 60_000;
/** How long after a KILL the end is waited for before the pod is deleted instead. */
const killedLimitMs = 10_000;

/** With more pods than this, a log is opened only when its program is seen to run. */
const eagerLogs = 32;

export interface RunContext {
  readonly connection: Connection;
  readonly watch: PodWatch;
  readonly follows: LogFollows;
  readonly pod: PodObject;
  readonly spec: RunSpec;
  readonly settings: Settings;
  readonly progress: Progress;
}

export class KubernetesRun implements Run {
  readonly details: ValueMap;
  readonly #context: RunContext;
  readonly #end: PodEnd;
  readonly #closing = new AbortController();
  readonly #waitsForFiles: boolean;
  readonly #hasHelper: boolean;
  #starting: Promise<void> | undefined;
  #disposing: Promise<void> | undefined;

  constructor(context: RunContext) {
    const { settings, spec, progress, watch } = context;
    const pod = lookedAt(context.pod);
    this.#context = { ...context, pod };
    this.details = { podName: pod.metadata.name, namespace: settings.namespace };
    this.#waitsForFiles =
      pod.spec?.initContainers?.some(
        ({ name, env = [] }) => name === initContainer && !env.some(variable => variable.name === inlineVariable),
      ) ?? false;
    this.#hasHelper = pod.spec?.containers?.some(({ name }) => name === helperContainer) ?? false;
    const memory = (settings.resources?.limits as { memory?: string } | undefined)?.memory;
    this.#end = new PodEnd(watch, pod, {
      ...(memory !== undefined && { memoryLimit: memory }),
      limits: {
        running: settings.waitUntilRunning,
        ...(!spec.limited && { completion: settings.waitUntilCompletion }),
      },
      waiting: text => progress({ kind: 'wait', text }),
    });
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  logs(from?: LogCursor): AsyncIterable<LogBatch> {
    const { connection, settings, pod, progress, watch, follows } = this.#context;
    return readLog(
      {
        connection,
        container: mainContainer,
        follows,
        namespace: settings.namespace,
        pod: pod.metadata.name,
        begun: this.#end.begun,
        eager: watch.size <= eagerLogs,
        ended: this.#end.ended,
        signal: this.#closing.signal,
        lateLimitMs: lateLogMs + settings.waitForLogs,
        trouble: text => progress({ kind: 'trouble', text }),
      },
      from,
    );
  }

  async outcome(signal: AbortSignal): Promise<Outcome> {
    return unlessAborted(this.#end.ended, signal);
  }

  async fetch(signal: AbortSignal, onOther?: OnOther): Promise<void> {
    if (!this.#hasHelper) return;
    if (this.#end.gone) return this.#filesAreLost();
    const { spec, settings } = this.#context;
    await this.#endOverdue();
    const hopeless = (end: PodEnd) =>
      end.gone || statusOf(end.pod, helperContainer)?.state?.terminated !== undefined || !hasRun(end.pod);
    await this.#end.until(end => helperRuns(end.pod) || hopeless(end), signal);
    signal.throwIfAborted();
    if (!helperRuns(this.#end.pod)) return this.#filesAreLost();
    try {
      const whole = spec.shared || settings.syncWorkingDirectory;
      await fetchFiles(this.#exec(helperContainer), spec, { whole, onOther }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (this.#end.gone || (error instanceof ApiError && error.status === 404)) {
        return this.#lose('The output files are lost: the pod was deleted before they were fetched.');
      }
      if (!(error instanceof TransferError)) throw error;
      const text = `The output files cannot be fetched from the pod ${this.#context.pod.metadata.name}: ${error.message}`;
      throw new LostFilesError(text, { cause: error });
    }
  }

  /** @throws LostFilesError when files were declared */
  #filesAreLost(): void {
    const { pod } = this.#context;
    const end = statusOf(this.#end.pod, helperContainer)?.state?.terminated;
    if (!hasRun(this.#end.pod) || (!end && !this.#end.gone)) return;
    const why = end ? [`code ${end.exitCode}`, end.reason, end.message].filter(Boolean).join(': ') : 'its pod is gone';
    const text = `The output files are lost: the container ${helperContainer} of the pod ${pod.metadata.name} ended before they were fetched (${why}). Look at taskRunner.fileSidecar.resources.`;
    this.#lose(text);
  }

  /** @throws LostFilesError when files were declared */
  #lose(text: string): void {
    const { spec, settings, progress } = this.#context;
    const declared = spec.shared || settings.syncWorkingDirectory || spec.wanted.length > 0;
    if (declared) throw new LostFilesError(text);
    progress({ kind: 'trouble', text });
  }

  async stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    if (this.#starting) await this.#starting.catch(() => {});
    if (this.#end.settled) return this.#endOverdue();
    this.#end.stopping();
    await this.#stop(graceMs);
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #start(): Promise<void> {
    if (!this.#waitsForFiles || this.#end.settled) return;
    const state = statusOf(this.#end.pod, initContainer)?.state;
    if (state?.terminated) return;
    const { signal } = this.#closing;
    try {
      await setMarker(this.#exec(initContainer), readyMarker, signal);
    } catch (error) {
      // Another process of ours may have started it, or somebody have deleted it: then its status says so.
      if (!(await this.#end.until(isPastInit, AbortSignal.timeout(5_000)))) throw error;
    }
  }

  /** Whether the program runs is asked of its container: what the watch says of that is up to two seconds old. */
  async #stop(graceMs: number): Promise<void> {
    const asked = graceMs > 0 ? await this.#signal('TERM') : undefined;
    if (asked === 'sent') await this.#endedWithin(graceMs);
    if (this.#end.settled) return;
    if (this.#hasHelper && (await this.#signal('KILL')) === 'sent') await this.#endedWithin(killedLimitMs);
    if (this.#end.settled) return;
    await this.#delete(asked === 'failed' ? graceMs : 0);
    await this.#untilGone();
  }

  async #signal(signal: 'TERM' | 'KILL'): Promise<Signalled> {
    const { spec, pod } = this.#context;
    const main = this.#exec(mainContainer);
    if (pod.spec?.shareProcessNamespace !== true) return signal === 'TERM' ? terminateFirst(main) : 'failed';
    if (this.#hasHelper && (await signalShared(this.#exec(helperContainer), spec, signal)) === 'sent') return 'sent';
    // The helper starts after the program, and may not look into the process of another user.
    return signalShared(main, spec, signal);
  }

  async #untilGone(): Promise<void> {
    await this.#end.until(end => end.gone || end.settled !== undefined, this.#closing.signal);
  }

  /** Ends a program that was given up (waitUntilRunning, waitUntilCompletion) and may still run. */
  async #endOverdue(): Promise<void> {
    const { phase } = this.#end;
    if (phase.kind === 'running') await this.#stopGivenUp();
  }

  async #stopGivenUp(): Promise<void> {
    this.#end.stopping();
    if (this.#hasHelper && helperRuns(this.#end.pod)) {
      await this.#signal('KILL');
      await this.#end.until(end => end.phase.kind === 'ended' || end.gone, AbortSignal.timeout(killedLimitMs));
    }
  }

  async #endedWithin(ms: number): Promise<void> {
    const limit = AbortSignal.timeout(Math.min(ms, 2 ** 31 - 1));
    await this.#end.until(end => end.settled !== undefined || end.gone, limit);
  }

  async #delete(graceMs: number): Promise<void> {
    const { connection, settings, pod } = this.#context;
    // With 0 the object would be gone while the program runs on for a moment; 1 s is the least that a node keeps to.
    const graceSeconds = Math.max(1, Math.ceil(graceMs / 1000));
    await removePod(connection, settings.namespace, pod.metadata, graceSeconds);
  }

  async #dispose(): Promise<void> {
    if (this.#starting) await this.#starting.catch(() => {});
    const { connection, settings, pod } = this.#context;
    if (settings.delete) {
      // Whoever still waits is told that we ended it, not that it was removed from outside.
      this.#end.stopping();
      const runs = mainRuns(this.#end.pod);
      if (!this.#end.gone) await removePod(connection, settings.namespace, pod.metadata, runs ? 1 : 0);
      if (runs) await this.#end.until(end => end.gone || end.blind, AbortSignal.timeout(60_000));
      this.#end.settle({ kind: 'stopped', detail: `The pod ${pod.metadata.name} was deleted.` });
    } else {
      if (!this.#end.settled) await this.stop({ graceMs: 0 });
      if (this.#hasHelper && helperRuns(this.#end.pod)) {
        await setMarker(this.#exec(helperContainer), endedMarker, this.#closing.signal).catch(() => {});
      }
    }
    this.#closing.abort();
    this.#end.close();
  }

  #exec(container: string): ExecTarget {
    const { connection, settings, pod } = this.#context;
    return { connection, namespace: settings.namespace, pod: pod.metadata.name, container };
  }
}

function isPastInit(end: PodEnd): boolean {
  return end.settled !== undefined || statusOf(end.pod, initContainer)?.state?.terminated !== undefined;
}

/** Did the program come as far as to run? Else there is nothing to fetch. */
function hasRun(pod: PodObject): boolean {
  if (statusOf(pod, mainContainer)?.state?.terminated) return true;
  return mainRuns(pod) && awaitsFiles(pod, statusOf(pod, helperContainer)) === false;
}
