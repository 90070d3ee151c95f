/** One program that a runner starts for one attempt of one task run: what to run, and how it ended. */

/** What a runner starts. Rendered, so it may hold secrets: it is never stored and never logged. */
export interface RunSpec {
  /** Names the run everywhere: task run id and attempt, `[A-Za-z0-9-]` only. Engine names derive from it. */
  readonly runId: string;
  /** Whose it is: the id of the store, with the process for an ephemeral one. A sweep touches only its own. */
  readonly owner: string;
  /** `kestra.io/*` labels: namespace, flow-id, task-id, execution-id, taskrun-id, taskrun-attempt. */
  readonly labels: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Paths on this machine. The input files are in `workDir`; wanted files are brought back to it. */
  readonly workDir: string;
  /** An empty folder directly below `workDir`; all files in it are outputs. */
  readonly outputDir: string;
  /** A folder of this run for the runner's own use (logs, supervisor, exit status); outside `workDir`. */
  readonly runDir: string;
  /** Globs, relative to the working directory, of the files that are wanted afterwards. */
  readonly wanted: readonly string[];
  /** True when the next task continues in the same working directory: everything is brought back. */
  readonly shared: boolean;
  /** The task has a time limit of its own, and is stopped when it is over: limits of a runner's own do not count. */
  readonly limited?: boolean;
}

/** How a run ended. Every ending of the user's program is a value here; errors are for faults of ours or the engine's. */
export type Outcome =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly detail?: string }
  | { readonly kind: 'out-of-memory'; readonly exitCode: number; readonly detail: string }
  | { readonly kind: 'stopped'; readonly detail?: string }
  | { readonly kind: 'image-unavailable'; readonly detail: string }
  | { readonly kind: 'never-started'; readonly detail: string }
  | { readonly kind: 'evicted'; readonly detail: string }
  | { readonly kind: 'deleted-outside'; readonly detail: string }
  | { readonly kind: 'node-lost'; readonly detail: string };
