/** From how a program ended to the result of its task. */
import type { TaskResult } from '../../model/execution.ts';
import type { Value } from '../../model/value.ts';
import type { RunOutcome } from '../../runs/run-plan.ts';
import { TaskError } from '../task-type.ts';

/**
 * The result of a program that ended with 0; every other end fails the attempt. Outputs are kept then too, as far as
 * there are any (kestra-io/kestra#2407): of a program that was never started there are none.
 *
 * @throws TaskError
 */
export function runResult({ outcome, vars, outputFiles, details }: RunOutcome, program: ProgramHints): TaskResult {
  const kept: Record<string, Value> = { vars, outputFiles };
  switch (outcome.kind) {
    case 'exited': {
      const outputs = { exitCode: outcome.exitCode, ...kept };
      if (outcome.exitCode === 0) {
        return { state: 'SUCCESS', outputs: details ? { ...outputs, taskRunner: details } : outputs };
      }
      throw new TaskError(`Command failed with exit code ${outcome.exitCode}${explanation(outcome, program)}`, outputs);
    }
    case 'out-of-memory':
      throw new TaskError(outcome.detail, { exitCode: outcome.exitCode, ...kept });
    case 'stopped':
      throw new TaskError(outcome.detail ?? 'The program was stopped.', kept);
    case 'image-unavailable':
    case 'never-started':
      throw new TaskError(outcome.detail);
    case 'evicted':
    case 'deleted-outside':
    case 'node-lost':
      throw new TaskError(outcome.detail, kept);
  }
}

/** What of a program may explain its failure. */
export interface ProgramHints {
  /** The image that it ran in; undefined on this machine. */
  readonly image?: string | undefined;
  /** Some of its lines end as on Windows. */
  readonly windowsLineEnds: boolean;
}

/** What the runner knows, else what the code means to a shell (POSIX: 126, 127; 128 + n by signal n). */
function explanation(outcome: { readonly exitCode: number; readonly detail?: string }, program: ProgramHints): string {
  const { exitCode, detail } = outcome;
  if (detail !== undefined) return `: ${detail}`;
  const meaning = meaningOf(exitCode, program.image);
  if (!program.windowsLineEnds) return meaning;
  const ends = 'some lines end with CR LF, and a shell takes the CR for a part of the last word';
  return `${meaning}${meaning === '' ? ': ' : '; '}${ends}`;
}

function meaningOf(exitCode: number, image: string | undefined): string {
  if (exitCode === 126) return ': a command was found but could not be executed';
  if (exitCode === 127) return `: a command was not found${image === undefined ? '' : ` in the image ${image}`}`;
  if (exitCode === 137) return ': killed by SIGKILL';
  if (exitCode === 141) return ': it wrote to a pipe that nobody read any more (SIGPIPE)';
  if (exitCode === 152) return ': the limit of CPU time was reached (SIGXCPU)';
  if (exitCode === 153) return ': a file reached the limit of its size (SIGXFSZ)';
  return '';
}
