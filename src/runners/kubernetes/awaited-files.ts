/** A program whose container runs, and whose shell waits for the files that the helper unpacks. Pure. */
import type { Outcome } from '../../model/run.ts';
import type { ContainerStatus, PodObject } from './client/pods.ts';
import { helperContainer } from './paths.ts';
import { inlineVariable, notUnpacked } from './pod-spec.ts';

/**
 * `true` while the helper has not been started: its image may still be pulled. An outcome when it will never give the
 * files: then nothing of the program has run. Unpacking itself takes milliseconds, so a helper that runs is enough.
 */
export function awaitsFiles(pod: PodObject, helper: ContainerStatus | undefined): boolean | Outcome {
  const given = pod.spec?.containers?.find(({ name }) => name === helperContainer);
  if (!given?.env?.some(({ name }) => name === inlineVariable)) return false;
  const { running, terminated } = helper?.state ?? {};
  if (running) return false;
  if (!terminated) return true;
  const { exitCode, reason, message } = terminated;
  const neverUnpacked = exitCode === notUnpacked || reason === 'StartError' || reason === 'ContainerCannotRun';
  if (!neverUnpacked) return false;
  const why = [reason, message].filter(Boolean).join(': ');
  return {
    kind: 'never-started',
    detail: `The container ${helperContainer} of the pod ${pod.metadata.name} could not unpack the input files and ended with code ${exitCode}: ${why}. Look at taskRunner.fileSidecar.`,
  };
}
