/** From a pod's status to how far its run is and how it ended, in the user's words. Pure. */
import type { Outcome } from '../../model/run.ts';
import { awaitsFiles } from './awaited-files.ts';
import type { ContainerStatus, PodObject } from './client/pods.ts';
import { helperContainer, initContainer, mainContainer } from './paths.ts';

/** How far a pod is. `text` changes when there is something new to say. */
export type PodPhase =
  /** `giveUp`: what it comes to when this lasts; the kubelet tries again, but hardly ever gets over it. */
  | { readonly kind: 'waiting'; readonly text: string; readonly giveUp?: Outcome }
  | { readonly kind: 'receiving' }
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly outcome: Outcome };

/** What the pod’s status does not tell. */
export interface PodContext {
  /** We ended the program, or asked for the pod's deletion. */
  readonly stoppedByUs: boolean;
  /** The pod is not there any more; what is known of it is the last that was seen. */
  readonly gone: boolean;
  /** `resources.limit.memory` as written. */
  readonly memoryLimit?: string;
}

const pullRetries: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ImageInspectError',
  'RegistryUnavailable',
]);
const pullRefusals: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull']);
const startTroubles: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'PostStartHookError',
]);
/** A registry that says one of these says it again the next time. */
const refusedPull =
  /\b(401|403|404)\b|unauthorized|authorization failed|access denied|pull access denied|forbidden|not found|manifest unknown|insufficient_scope/i;
/** How the kubelet or its controllers end a pod, as the pod's own reason. */
const evictions: ReadonlySet<string> = new Set([
  'Evicted',
  'Preempting',
  'Preempted',
  'Terminated',
  'NodeShutdown',
  'Shutdown',
]);
/** The kubelet's words when it will not have a pod, or will not have it back after a restart of its own. */
const nodeRefusals: ReadonlySet<string> = new Set(['NodeAffinity', 'UnexpectedAdmissionError']);
/** A node ends a pod on behalf of others: its container's own end says nothing then. */
const imposedEnds: ReadonlySet<string> = new Set(['Evicted', 'DeadlineExceeded']);
/** Exit codes of a program that SIGKILL or SIGTERM has ended. */
const endedBySignal: ReadonlySet<number> = new Set([137, 143]);
/** How soon after a container's end the kubelet was seen to take a deleted pod out of the API (1 s), with some room. */
const finalDeletionMs = 3_000;

/** How far the pod is by its status and what is known besides. */
export function phaseOf(pod: PodObject, context: PodContext): PodPhase {
  const status = pod.status ?? {};
  const main = statusOf(pod, mainContainer);
  const name = pod.metadata.name;
  const ended = (outcome: Outcome): PodPhase => ({ kind: 'ended', outcome });

  const end = main?.state?.terminated;
  if (end && !imposedEnds.has(status.reason ?? '')) return ended(endOf(pod, end, context));
  if (context.stoppedByUs && (context.gone || status.phase === 'Failed')) {
    return ended({ kind: 'stopped', detail: `The pod ${name} was stopped and deleted.` });
  }
  // Until its grace period is over the program may still end by itself, and its log grows.
  const inGrace = main?.state?.running !== undefined && !context.gone && status.phase === 'Running';
  const taken = inGrace && isHeardOf(pod) ? undefined : takenAway(pod);
  if (taken) return ended(taken);
  if (context.gone) {
    return ended({
      kind: 'deleted-outside',
      detail: `The pod ${name} was deleted from outside before its program had ended; how it would have ended is not known.`,
    });
  }
  if (status.phase === 'Failed') return ended(failedPod(pod));
  if (status.phase === 'Succeeded') {
    // Absence never means success: no status of our own container, no exit code.
    return ended({ kind: 'node-lost', detail: `The pod ${name} ended without a status of its main container.` });
  }

  const awaits = awaitsFiles(pod, statusOf(pod, helperContainer));
  if (typeof awaits === 'object') return ended(awaits);
  if (main?.state?.running && !awaits) return { kind: 'running' };
  const init = initFailure(pod);
  if (init) return ended(init);
  for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
    const stuck = stuckContainer(pod, container);
    if (stuck) return stuck;
  }
  if (statusOf(pod, initContainer)?.state?.running) return { kind: 'receiving' };
  const scheduled = status.conditions?.find(condition => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { kind: 'waiting', text: `No node takes the pod ${name}: ${scheduled.message ?? scheduled.reason ?? ''}` };
  }
  return { kind: 'waiting', text: '' };
}

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

function endOf(pod: PodObject, end: Terminated, context: PodContext): Outcome {
  const { exitCode, reason, message } = end;
  const name = pod.metadata.name;
  if (context.stoppedByUs)
    return { kind: 'stopped', detail: `The pod ${name} was stopped, with exit code ${exitCode}.` };
  const deleted = endedByDeletion(pod, end);
  const taken = takenAway(pod);
  if (taken && (deleted || exitCode !== 0)) return taken;
  if (deleted) {
    return {
      kind: 'deleted-outside',
      detail: `The pod ${name} was deleted from outside while its program ran (exit code ${exitCode}).`,
    };
  }
  if (reason === 'OOMKilled' && exitCode !== 0) return outOfMemory(pod, exitCode, context);
  if (reason === 'StartError' || reason === 'ContainerCannotRun') return startRefused(name, message ?? reason);
  if (reason === 'ContainerStatusUnknown') {
    return { kind: 'node-lost', detail: `How the program in the pod ${name} ended is not known: ${message ?? reason}` };
  }
  return { kind: 'exited', exitCode, ...(message && exitCode !== 0 && { detail: message.trim() }) };
}

/** Did the program end because somebody asked for the pod's deletion? What ended before that had its own end. */
function endedByDeletion({ metadata }: PodObject, end: Terminated): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  const asked = Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  const finished = Date.parse(end.finishedAt ?? '');
  // The kubelet's own last deletion has put its time, and a grace period of 0, over those that were asked for.
  const last = metadata.deletionGracePeriodSeconds === 0 && asked - finished <= finalDeletionMs;
  if (last && endedBySignal.has(end.exitCode)) return true;
  // Both are whole seconds: an end in the second of the deletion with code 0 may have come before it.
  return end.exitCode === 0 ? finished > asked : !(finished < asked);
}

/** The cluster took the pod away: not the program's doing. */
function takenAway(pod: PodObject): Outcome | undefined {
  const { status = {}, metadata, spec } = pod;
  const node = spec?.nodeName === undefined ? '' : ` from the node ${spec.nodeName}`;
  const disruption = status.conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  const reason = status.reason ?? disruption?.reason ?? '';
  const words = status.message ?? disruption?.message ?? reason;
  const unheard = disruption !== undefined && !isHeardOf(pod);
  if (reason === 'NodeLost' || reason === 'DeletionByPodGC' || unheard) {
    return { kind: 'node-lost', detail: `The node of the pod ${metadata.name} was lost: ${words}` };
  }
  if (status.phase === 'Failed' && evictions.has(reason)) {
    return { kind: 'evicted', detail: `The pod ${metadata.name} was evicted${node}: ${words}` };
  }
  if (disruption) return { kind: 'evicted', detail: `The pod ${metadata.name} was taken${node}: ${words}` };
  return undefined;
}

/**
 * A node that is not heard of any more has its pods' Ready taken away by the node controller, while ContainersReady
 * stays as the kubelet left it (seen on 1.34).
 */
function isHeardOf({ status }: PodObject): boolean {
  const is = (type: string) => status?.conditions?.find(condition => condition.type === type)?.status;
  return !(is('Ready') === 'False' && is('ContainersReady') === 'True');
}

function failedPod(pod: PodObject): Outcome {
  const { status = {}, metadata, spec } = pod;
  if (status.reason === 'DeadlineExceeded') {
    return {
      kind: 'stopped',
      detail: `The pod ${metadata.name} ran longer than its activeDeadlineSeconds: ${status.message ?? status.reason}`,
    };
  }
  const init = initFailure(pod);
  if (init) return init;
  const words = [status.reason, status.message].filter(Boolean).join(': ') || 'no reason given';
  if (nodeRefusals.has(status.reason ?? '')) {
    return {
      kind: 'never-started',
      detail: `The node ${spec?.nodeName ?? ''} refused the pod ${metadata.name}: ${words}`,
    };
  }
  return { kind: 'never-started', detail: `The pod ${metadata.name} failed before its program ran: ${words}` };
}

function initFailure(pod: PodObject): Outcome | undefined {
  for (const { name, state } of pod.status?.initContainerStatuses ?? []) {
    const end = state?.terminated;
    if (!end || end.exitCode === 0) continue;
    const why = [end.reason, end.message].filter(Boolean).join(': ');
    const hint = name === initContainer ? ' It carries the input files; look at taskRunner.fileSidecar.' : '';
    return {
      kind: 'never-started',
      detail: `The init container ${name} of the pod ${pod.metadata.name} ended with code ${end.exitCode}: ${why}.${hint}`,
    };
  }
  return undefined;
}

function stuckContainer(pod: PodObject, { name, state }: ContainerStatus): PodPhase | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {};
  const of = `the container ${name} of the pod ${pod.metadata.name}`;
  if (pullRetries.has(reason) || pullRefusals.has(reason)) {
    const detail = `The image of ${of} is not available: ${message || reason}`;
    const outcome = { kind: 'image-unavailable', detail } as const;
    // The back-off's own message is short of the registry's words, which stood in the one before.
    if (pullRefusals.has(reason) || refusedPull.test(message)) return { kind: 'ended', outcome };
    return { kind: 'waiting', text: detail, giveUp: outcome };
  }
  if (!startTroubles.has(reason)) return undefined;
  const detail = `The cluster cannot start ${of}: ${reason}: ${message}`;
  return { kind: 'waiting', text: detail, giveUp: { kind: 'never-started', detail } };
}

function outOfMemory(pod: PodObject, exitCode: number, { memoryLimit }: PodContext): Outcome {
  const limit = memoryLimit === undefined ? 'its memory' : `its limit of ${memoryLimit}`;
  return {
    kind: 'out-of-memory',
    exitCode,
    detail: `The container ${mainContainer} of the pod ${pod.metadata.name} ran out of ${limit}: the kernel killed a process of it (exit code ${exitCode}). Raise taskRunner.resources.limit.memory.`,
  };
}

/** Exit codes as a shell gives them. */
function startRefused(name: string, message: string): Outcome {
  if (/executable file .*not found|no such file or directory/i.test(message)) {
    return { kind: 'exited', exitCode: 127, detail: message };
  }
  if (/permission denied|exec format error/i.test(message)) return { kind: 'exited', exitCode: 126, detail: message };
  return { kind: 'never-started', detail: `The node could not start the program of the pod ${name}: ${message}` };
}

/** The status of one of the pod's containers, whichever list it is in. */
export function statusOf(pod: PodObject, name: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses].find(status => status.name === name);
}

/** Does a process of the main container run, be it one that waits for the program's files? */
export function mainRuns(pod: PodObject): boolean {
  return statusOf(pod, mainContainer)?.state?.running !== undefined;
}

/** Can files still be taken out of it? */
export function helperRuns(pod: PodObject): boolean {
  return statusOf(pod, helperContainer)?.state?.running !== undefined;
}
