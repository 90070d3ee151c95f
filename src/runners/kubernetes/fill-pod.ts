/** Gives a pod the input files that are too large to come with it. */
import type { RunSpec } from '../../model/run.ts';
import { PrepareError, type Progress } from '../runner.ts';
import type { Connection } from './client/connection.ts';
import type { PodObject } from './client/pods.ts';
import { type FittedCommand, sendArguments } from './long-arguments.ts';
import { initContainer } from './paths.ts';
import { PodEnd } from './pod-end.ts';
import { statusOf } from './pod-outcome.ts';
import type { PodWatch } from './pod-watch.ts';
import type { Settings } from './settings.ts';
import { sendFiles, TransferError } from './transfer.ts';

export interface Filling {
  readonly connection: Connection;
  readonly watch: PodWatch;
  readonly pod: PodObject;
  readonly spec: RunSpec;
  /** Its scripts that cross as files. */
  readonly command?: FittedCommand;
  readonly settings: Settings;
  readonly progress: Progress;
}

/**
 * Waits for the init container and sends them to it; it ends when `start` says so.
 *
 * @throws PrepareError when the pod ends before, or cannot take them; ApiError, UnreachableError, TokenError
 */
export async function fillPod(filling: Filling, signal: AbortSignal): Promise<void> {
  const { connection, watch, pod, spec, command, settings, progress } = filling;
  const target = { connection, namespace: settings.namespace, pod: pod.metadata.name, container: initContainer };
  const end = new PodEnd(watch, pod, {
    limits: { running: settings.waitUntilRunning },
    waiting: text => progress({ kind: 'wait', text }),
  });
  try {
    await end.until(({ settled, phase }) => settled !== undefined || phase.kind !== 'waiting', signal);
    signal.throwIfAborted();
    const { settled } = end;
    // It may have been started by the process that we take over from.
    if (statusOf(end.pod, initContainer)?.state?.terminated?.exitCode === 0) return;
    if (settled) {
      const kind = settled.kind === 'image-unavailable' ? settled.kind : 'never-started';
      throw new PrepareError({ kind, detail: settled.detail ?? 'The pod ended before its input files were there.' });
    }
    if (command) await sendArguments(target, command, signal);
    await sendFiles(target, spec, leftOutIn(progress), signal);
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    const detail = `The input files cannot be copied into the pod ${pod.metadata.name}: ${error.message}`;
    throw new PrepareError({ kind: 'never-started', detail }, { cause: error });
  } finally {
    end.close();
  }
}

/** Says which files of the working directory do not go into the pod. */
export function leftOutIn(progress: Progress): (path: string, why: string) => void {
  return (path, why) => progress({ kind: 'trouble', text: `${path} is not copied into the pod: ${why}` });
}
