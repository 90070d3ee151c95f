/**
 * The contract of a task runner: what runs a script task's program somewhere.
 *
 * The life of a run is the same for all (see runs/):
 *
 *   [announce ► handle is stored] ► prepare ► handle is stored ► open ► start ► logs … outcome ► fetch ► dispose
 *
 * - `announce` is there where the engine starts what it is given at once: a handle is stored before any program runs.
 * - `prepare` creates what the run needs and copies files in; nothing of the user's runs yet. It is idempotent by
 *   `runId`: what an earlier call created and whose reply was lost is found by name and adopted or replaced.
 * - `open` is the same code after a start and after a restart of ours: it turns the stored handle into a `Run`,
 *   or says that it is lost.
 * - The user's program is the main process of what is started. Nothing that decides the result goes through exec,
 *   attach or a followed log.
 * - Absence never means success: `outcome` gives `exited` with code 0 only from the terminated state of our own thing.
 * - `logs` ends only when the log is complete, after the end of the program. It yields batches with the cursor behind
 *   them; who stores lines and cursor together gets every line exactly once.
 * - `start`, `stop` and `dispose` are idempotent and safe in every phase. `dispose` leaves nothing.
 * - An aborted `signal` means that the caller no longer waits; it never ends the work itself. Only `stop` does.
 */
import type { OtherKind } from '../files/walk.ts';
import type { Declaration } from '../model/catalog.ts';
import type { Outcome, RunSpec } from '../model/run.ts';
import type { Value, ValueMap } from '../model/value.ts';

/** What a runner can do; a contract test is skipped only by one of these. */
export interface Capabilities {
  readonly needsImage: boolean;
  /** stdout and stderr can be told apart. */
  readonly separateStreams: boolean;
  readonly memoryLimit: boolean;
  /** The program sees this process's environment. */
  readonly inheritsEnvironment: boolean;
}

/** Why an engine cannot be used, and what its user can do about it, in words. */
export interface Unusable {
  readonly why: string;
  readonly whatToDo: string;
  /** Nothing on this machine names an engine of this kind: it is missed only where a flow asks for one. */
  readonly isUnnamed?: true;
}

/** Is the runner usable here? */
export type Probe = { readonly usable: true; readonly detail: string } | ({ readonly usable: false } & Unusable);

/** Versioned JSON by which a run is found again. Holds nothing rendered. */
export interface Handle {
  readonly runner: string;
  readonly version: number;
  readonly runId: string;
  /** Of a handle that was listed: the execution that it belongs to, where the engine tells. */
  readonly executionId?: string;
  readonly data: ValueMap;
  /** From `announce`: what it names may not be there yet. `prepare` finds it or makes it; `remove` removes it. */
  readonly announced?: boolean;
}

/** Where reading a log goes on; only its runner reads it. */
export type LogCursor = Value;

/** One line that the program wrote, however many pieces it came in. */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** Milliseconds since the epoch, by the engine's clock where it keeps one. */
  readonly time: number;
  /** Without its line end. */
  readonly text: string;
}

/** To be stored as one, with its cursor. */
export interface LogBatch {
  readonly lines: readonly LogLine[];
  /** Where reading goes on behind these lines. */
  readonly cursor: LogCursor;
}

/** What is going on before the program runs; shown as progress, logged at DEBUG (`trouble`: WARN). */
export interface Preparation {
  readonly kind: 'pull' | 'create' | 'start' | 'wait' | 'trouble';
  readonly text: string;
  /** Of what is to be done, from 0 to 1. */
  readonly fraction?: number;
}

/** Told of it. */
export type Progress = (event: Preparation) => void;

/** What runs programs somewhere. It keeps nothing that a handle does not tell: another process may go on. */
export interface TaskRunner<Config = unknown> extends Declaration {
  readonly capabilities: Capabilities;
  probe(config: Config, signal: AbortSignal): Promise<Probe>;
  /** The paths of the working directory and output directory as the program sees them. */
  paths(spec: Pick<RunSpec, 'workDir' | 'outputDir'>): { readonly workingDir: string; readonly outputDir: string };
  /**
   * By what the run will be found, from its spec and configuration alone. Nothing is contacted. Undefined where the
   * listing finds it.
   * @throws PrepareError
   */
  announce?(spec: RunSpec, config: Config): Handle | undefined;
  /** @throws PrepareError when the run can never start: no such image, engine not reachable, refused limits. */
  prepare(spec: RunSpec, config: Config, progress: Progress, signal: AbortSignal): Promise<Handle>;
  open(handle: Handle, spec: RunSpec, config: Config, signal: AbortSignal): Promise<Run | Lost>;
  /** Handles of everything of this owner that exists, for the sweep of what nobody tracks. */
  list(owner: string, config: Config, signal: AbortSignal): AsyncIterable<Handle>;
  /** Removes what a handle names, whatever its state, unless its configuration said to keep it. */
  remove(handle: Handle, config: Config): Promise<void>;
}

/** The run is not there any more. Why, in words for the user. */
export interface Lost {
  readonly lost: string;
}

/** Told of what is no file and stays where it is: links that lead out, pipes and devices, by path below `spec.workDir`. */
export type OnOther = (path: string, kind: OtherKind) => void;

/** One run that is followed, from before its program starts until nothing of it is left. */
export interface Run {
  start(): Promise<void>;
  logs(from?: LogCursor): AsyncIterable<LogBatch>;
  outcome(signal: AbortSignal): Promise<Outcome>;
  /** Brings the wanted files (and all of the output directory; everything when `shared`) into `spec.workDir`. Also after a failure. */
  fetch(signal: AbortSignal, onOther?: OnOther): Promise<void>;
  /** Ends the program: SIGTERM, then SIGKILL after `graceMs`; 0 is SIGKILL at once. Resolves when it is gone. */
  stop(options: { readonly graceMs: number }): Promise<void>;
  /** Removes everything the runner made, unless its configuration says to keep it. */
  dispose(): Promise<void>;
  /** For the task's `taskRunner` output: `{containerId}`. */
  readonly details?: ValueMap;
}

/** The run cannot start. The outcome says why, in the user's words. */
export class PrepareError extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Extract<Outcome, { kind: 'image-unavailable' | 'never-started' }>, options?: ErrorOptions) {
    super(outcome.detail, options);
    this.outcome = outcome;
  }
}

/** From `fetch`: files that were declared cannot be had any more. The message says why, in the user's words. */
export class LostFilesError extends Error {}

/** Tells the two answers of `open` apart. */
export function isLost(opened: Run | Lost): opened is Lost {
  return 'lost' in opened;
}
