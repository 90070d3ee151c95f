/** A pod of several containers seen as one program, as the Kubernetes runner's machinery reads pods. Pure. */
import type { ContainerStatus, PodObject } from '../../runners/kubernetes/client/pods.ts';
import { helperContainer, mainContainer } from '../../runners/kubernetes/paths.ts';

/** Waiting in one of these is on the way to running. */
const onTheWay: readonly (string | undefined)[] = [undefined, 'ContainerCreating', 'PodInitializing'];

/** The names of the containers whose end is the pod's. */
export function programNames(pod: PodObject): readonly string[] {
  return (pod.spec?.containers ?? []).map(({ name }) => name).filter(name => name !== helperContainer);
}

/**
 * The same pod with one container more, the program: it runs while one of the user's runs, has ended when all have,
 * and failed when one has. A container that cannot start is left to be told by its own name.
 */
export function asOneProgram(pod: PodObject): PodObject {
  const names = programNames(pod);
  const statuses = pod.status?.containerStatuses ?? [];
  const own = statuses.filter(({ name }) => names.includes(name));
  const state = stateOf(names, own, pod);
  const others = statuses.filter(({ name }) => name !== mainContainer);
  const program: ContainerStatus[] = state ? [{ name: mainContainer, state }] : [];
  return { ...pod, status: { ...pod.status, containerStatuses: [...program, ...others] } };
}

function stateOf(names: readonly string[], own: readonly ContainerStatus[], pod: PodObject): ContainerStatus['state'] {
  const ends = own.flatMap(({ state }) => (state?.terminated ? [state.terminated] : []));
  const failed = ends.find(({ exitCode }) => exitCode !== 0);
  const over = names.length > 0 && ends.length === names.length;
  if (over && !startsAgain(pod, failed !== undefined))
    return { terminated: failed ?? (ends.at(-1) as (typeof ends)[0]) };
  if (own.some(({ state }) => !onTheWay.includes(state?.waiting?.reason))) return undefined;
  if (over) return { running: {} };
  return own.find(({ state }) => state?.running)?.state;
}

function startsAgain(pod: PodObject, failed: boolean): boolean {
  const policy = (pod.spec as { readonly restartPolicy?: string } | undefined)?.restartPolicy;
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return false;
  return policy === 'Always' || (policy === 'OnFailure' && failed);
}
