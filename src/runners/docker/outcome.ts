/** From how the container ended to how the run ended, in the user's words. */
import type { Outcome } from '../../model/run.ts';
import type { ContainerEnd } from './end-watch.ts';
import { withMeantProperty } from './meant-property.ts';
import type { MemorySample } from './memory-use.ts';

/** What is known besides the container's own state. */
export interface EndContext {
  readonly container: string;
  readonly endpoint: string;
  /** We sent a signal that the running program received. */
  readonly stoppedByUs: boolean;
  /** The engine did not answer at some time while the program ran. */
  readonly engineWasAway: boolean;
  /** An earlier process started the container. */
  readonly takenOver: boolean;
  /** `memory.memory` as written. */
  readonly memoryLimit?: string;
  /** The last use of memory that was seen; undefined for a program that was too short, or an engine that does not tell. */
  readonly memorySample: MemorySample | undefined;
}

/** What Docker says of a container that it finds dead when it starts; a program may also end so by itself. */
const lostExitCode = 255;

/** The run’s outcome, in the user’s words. */
export function outcomeOf(end: ContainerEnd, context: EndContext): Outcome {
  const { container } = context;
  switch (end.kind) {
    case 'never-run':
      return { kind: 'stopped', detail: `The container ${container} was stopped before its program ran.` };
    case 'left-running':
      // What Kestra gives for a container that it does not wait for.
      return { kind: 'exited', exitCode: 0, detail: `The container ${container} was started and is left running.` };
    case 'gone':
      return {
        kind: 'deleted-outside',
        detail: `The container ${container} was removed from outside while the task ran; how the program ended is not known.`,
      };
    case 'unreachable':
      return {
        kind: 'node-lost',
        detail: `The Docker engine at ${context.endpoint} has not answered for five minutes (${end.message}); how the program in the container ${container} ended is not known.`,
      };
    case 'start-refused':
      return startRefused(end.message);
    case 'ended': {
      const { state } = end;
      if (context.stoppedByUs)
        return { kind: 'stopped', detail: `The container ${container} was stopped, with exit code ${state.ExitCode}.` };
      // A shell may live on when a child of it was killed: what it then says counts.
      if (state.OOMKilled && state.ExitCode !== 0) return outOfMemory(state.ExitCode, context);
      return {
        kind: 'exited',
        exitCode: state.ExitCode,
        ...(state.Error ? { detail: state.Error } : whyKilled(state.ExitCode, context)),
      };
    }
  }
}

function outOfMemory(exitCode: number, { container, memoryLimit, memorySample }: EndContext): Outcome {
  const limit = memoryLimit === undefined ? 'the memory of the engine’s machine' : `its limit of ${memoryLimit}`;
  const what =
    memoryLimit === undefined ? 'Set taskRunner.memory.memory or give it more.' : 'Raise taskRunner.memory.memory.';
  return {
    kind: 'out-of-memory',
    exitCode,
    detail: `The container ${container} ran out of ${limit} and was killed by the kernel (exit code ${exitCode}).${lastUse(memorySample)} ${what}`,
  };
}

function lastUse(sample: MemorySample | undefined): string {
  if (!sample) return '';
  const seconds = ((performance.now() - sample.at) / 1000).toFixed(1);
  return ` It used ${(sample.bytes / 1024 ** 2).toFixed(1)}MB when it was last looked at, ${seconds} s before.`;
}

/** What is known of a signal that we did not send. Podman 4 does not say that the memory was over. */
function whyKilled(exitCode: number, context: EndContext): { detail?: string } {
  const { memoryLimit, engineWasAway, takenOver, endpoint } = context;
  if (engineWasAway && [lostExitCode, 137, 143].includes(exitCode)) {
    return {
      detail: `The Docker engine at ${endpoint} was away while the program ran: an engine that is stopped ends its containers, unless its configuration says "live-restore": true.`,
    };
  }
  if (takenOver && exitCode === lostExitCode) {
    return {
      detail: `The Docker engine at ${endpoint} gives this code to a container that ended while the engine itself was away, as when its machine dies.`,
    };
  }
  if (exitCode !== 137 || memoryLimit === undefined) return {};
  return { detail: `The program was killed by SIGKILL; perhaps its memory limit of ${memoryLimit} is too low.` };
}

/** Exit codes as a shell gives them; the engine refuses the start itself with 400 (Docker) or 500 (Podman). */
function startRefused(message: string): Outcome {
  if (/executable file .*not found|no such file or directory/i.test(message) && /exec/.test(message)) {
    return { kind: 'exited', exitCode: 127, detail: message };
  }
  if (/exec.*(permission denied|exec format error)/i.test(message))
    return { kind: 'exited', exitCode: 126, detail: message };
  return { kind: 'never-started', detail: `The engine could not start the container: ${withMeantProperty(message)}` };
}
