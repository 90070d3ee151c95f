#!/usr/bin/env node
/** The program's entry: the only place that touches the process it runs in. */

import { sinkOf } from './cli/output.ts';
import { runProgram } from './cli/program.ts';
import { takeSignals } from './cli/signals.ts';

export { warmUp } from './cli/warm-up.ts';

/** Runs the command line that this process was started with. */
export async function main(): Promise<void> {
  // A copy: each look at Node's own asks the system.
  const environment = { ...process.env };
  const { NO_COLOR, CI, TERM, WINDLASS_NOHUP } = environment;
  const signals = takeSignals(process, Boolean(WINDLASS_NOHUP));
  const wishes = { noColor: Boolean(NO_COLOR) || TERM === 'dumb', plain: Boolean(CI) || TERM === 'dumb' };
  const output = { stdout: sinkOf(process.stdout, wishes), stderr: sinkOf(process.stderr, wishes) };
  const input = () => process.stdin;
  const exitCode = await runProgram(process.argv.slice(2), { input, output, environment, signals });
  // Ended by itself, Node gives back each page of its heap before, and waits for its threads: 3 ms.
  process.exit(exitCode);
}

if (import.meta.main) await main();
