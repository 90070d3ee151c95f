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
  /** What runs the script file, where there is one. */
  readonly runBy?: string | undefined;
  /** Some of its lines end as on Windows. */
  readonly windowsLineEnds: boolean;
}

/** What the runner knows, else what the code means to a shell (POSIX: 126, 127; 128 + n by signal n). */
function explanation(outcome: { readonly exitCode: number; readonly detail?: string }, program: ProgramHints): string {
  const { exitCode, detail } = outcome;
  if (detail !== undefined) return `: ${refusedProgram(detail, program.image) ?? detail}`;
  const meaning = meaningOf(exitCode, program);
  if (!program.windowsLineEnds) return meaning;
  const ends = 'some lines end with CR LF, and a shell takes the CR for a part of the last word';
  return `${meaning}${meaning === '' ? ': ' : '; '}${ends}`;
}

/** In words what runc and crun say of the program that a container was to start with; undefined for anything else. */
function refusedProgram(detail: string, image: string | undefined): string | undefined {
  const [, program, why] =
    /exec: "([^"]+)": (?:stat [^:]+: )?(.*?)(?:: unknown|$)/s.exec(detail) ??
    /executable file `([^`]+)` (not found)/.exec(detail) ??
    [];
  if (program === undefined || why === undefined || image === undefined) return undefined;
  if (/not found|no such file/.test(why)) {
    return `there is no program "${program}" in the image ${image}; name one that it has in \`interpreter\`, or another image`;
  }
  return /permission denied/.test(why) ? `"${program}" may not be executed in the image ${image}` : undefined;
}

function meaningOf(exitCode: number, { image, runBy }: ProgramHints): string {
  if (exitCode === 126) return ': a command was found but could not be executed';
  if (exitCode === 127) {
    const place = image === undefined ? 'this machine' : `the image ${image}`;
    const needs = runBy === undefined ? '' : `; the script is run by ${runBy}, which ${place} must have`;
    return `: a command was not found${image === undefined ? '' : ` in the image ${image}`}${needs}`;
  }
  if (exitCode === 141) return ': it wrote to a pipe that nobody read any more (SIGPIPE)';
  if (exitCode === 152) return ': the limit of CPU time was reached (SIGXCPU)';
  if (exitCode === 153) return ': a file reached the limit of its size (SIGXFSZ)';
  const signal = signals[exitCode - 128];
  return signal === undefined ? '' : `: killed by ${signal}`;
}

/** Those that have one number on all systems. */
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};
