/** What a script task asks of a run, and what it gets back. */
import type { Outcome } from '../model/run.ts';
import type { ValueMap } from '../model/value.ts';
import type { TaskRunner } from '../runners/runner.ts';

/** Rendered; may hold secrets. The life of the run adds ids, folders and labels. */
export interface RunPlan {
  readonly runner: TaskRunner;
  readonly runnerConfig: unknown;
  readonly image?: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Path on this machine of the output directory, below the working directory. */
  readonly outputDir: string;
  readonly outputFiles: readonly string[];
  /** Writes input files and scripts into the working directory; not called when a run is adopted. */
  writeFiles(): Promise<void>;
}

/** How the program ended, with what it gave. */
export interface RunOutcome {
  readonly outcome: Outcome;
  /** Merged from the `::{"outputs":…}::` lines. */
  readonly vars: ValueMap;
  /** Storage URIs by path relative to the working (or output) directory. */
  readonly outputFiles: Readonly<Record<string, string>>;
  readonly details?: ValueMap;
  /** How many lines it wrote, those of the protocol included. */
  readonly lines: LineCounts;
}

/** An engine with one stream for both counts all as stdout. */
export interface LineCounts {
  readonly stdout: number;
  readonly stderr: number;
}
