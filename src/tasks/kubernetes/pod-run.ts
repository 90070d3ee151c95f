/** A pod of the user's own as a run: the Kubernetes runner's, with the logs of all its containers. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseJson } from '../../model/json.ts';
import type { Outcome } from '../../model/run.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { KubernetesRun, type RunContext } from '../../runners/kubernetes/kubernetes-run.ts';
import { readLog } from '../../runners/kubernetes/log/read-log.ts';
import { helperContainer } from '../../runners/kubernetes/paths.ts';
import { type LogBatch, type LogCursor, LostFilesError, type OnOther, type Run } from '../../runners/runner.ts';
import { asOneProgram, programNames } from './one-program.ts';
import type { ProgramWatch } from './program-watch.ts';
import { inTaskWords } from './task-words.ts';

/** As long as the runner's own logs wait for a node that is away. */
const lateLogMs = 60_000;
/** How long the phase may lag behind the containers (seen: up to 1 s); flows compare it with `Succeeded`. */
const phaseLimitMs = 3_000;

export class PodRun implements Run {
  readonly #run: KubernetesRun;
  readonly #context: RunContext;
  readonly #watch: ProgramWatch;
  readonly #closing = new AbortController();
  readonly #ended: Promise<Outcome>;

  constructor(context: RunContext & { readonly watch: ProgramWatch }) {
    this.#context = context;
    this.#watch = context.watch;
    this.#run = new KubernetesRun({ ...context, pod: asOneProgram(context.pod) });
    this.#ended = this.#run.outcome(new AbortController().signal);
  }

  /** The pod as it was last seen: `metadata` and `status`. */
  get details(): ValueMap {
    const { metadata, status = {} } = this.#watch.pod;
    return parseJson(JSON.stringify({ metadata, status })) as ValueMap;
  }

  start(): Promise<void> {
    return this.#run.start();
  }

  async *logs(from?: LogCursor): AsyncGenerator<LogBatch> {
    const { pod, settings, progress, connection, follows } = this.#context;
    let cursors: Record<string, Value> = isMap(from) ? { ...(from as ValueMap) } : {};
    const readers = programNames(pod).map(container => {
      const source = {
        connection,
        container,
        follows,
        namespace: settings.namespace,
        pod: pod.metadata.name,
        begun: Promise.race([this.#watch.begun, this.#ended]).then(() => {}),
        eager: false,
        ended: this.#ended,
        signal: this.#closing.signal,
        lateLimitMs: lateLogMs + settings.waitForLogs,
        trouble: (text: string) => progress({ kind: 'trouble', text }),
      };
      return { container, batches: readLog(source, cursors[container]) };
    });
    const next = async (reader: (typeof readers)[number]) => ({ reader, read: await reader.batches.next() });
    const pending = new Map(readers.map(reader => [reader, next(reader)]));
    while (pending.size > 0) {
      const { reader, read } = await Promise.race(pending.values());
      if (read.done) {
        pending.delete(reader);
        continue;
      }
      cursors = { ...cursors, [reader.container]: read.value.cursor };
      yield { lines: read.value.lines, cursor: cursors };
      pending.set(reader, next(reader));
    }
  }

  async outcome(signal: AbortSignal): Promise<Outcome> {
    const outcome = await this.#run.outcome(signal);
    const { detail } = outcome;
    const killed = this.#watch.pod.status?.containerStatuses?.find(
      ({ state }) => state?.terminated?.reason === 'OOMKilled',
    );
    if (detail === undefined) return outcome;
    return { ...outcome, detail: inTaskWords(detail, killed?.name) };
  }

  async fetch(signal: AbortSignal, onOther?: OnOther): Promise<void> {
    try {
      await this.#run.fetch(signal, onOther);
    } catch (error) {
      if (!(error instanceof LostFilesError)) throw error;
      throw new LostFilesError(inTaskWords(error.message), { cause: error });
    }
    const helped = this.#watch.pod.spec?.containers?.some(({ name }) => name === helperContainer);
    const { kind } = await this.#ended;
    if (helped || (kind !== 'exited' && kind !== 'out-of-memory')) return;
    const late = new AbortController();
    const limit = pause(phaseLimitMs, undefined, { signal: AbortSignal.any([signal, late.signal]) }).catch(() => {});
    await Promise.race([this.#watch.over, limit]);
    late.abort();
  }

  stop(options: { readonly graceMs: number }): Promise<void> {
    return this.#run.stop(options);
  }

  async dispose(): Promise<void> {
    await this.#run.dispose();
    this.#closing.abort();
  }
}
