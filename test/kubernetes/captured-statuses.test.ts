/** What is made of pods as a real API server showed them (test/kubernetes/statuses, by capture.ts). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PodObject } from '../../src/runners/kubernetes/client/pods.ts';
import { type PodContext, type PodPhase, phaseOf } from '../../src/runners/kubernetes/pod-outcome.ts';

const folder = join(import.meta.dirname, 'statuses');
const exited = (exitCode: number) => ({ kind: 'exited', exitCode }) as const;
const gone = { gone: true };

interface Expected {
  /** `outcome`: how it ended. Else what it is doing. */
  readonly is: PodPhase['kind'] | { readonly kind: string; readonly exitCode?: number };
  readonly says?: RegExp;
  readonly context?: Partial<PodContext>;
}

/** By the file's name. A file without a line here fails, and so does a line without a file. */
const table: Readonly<Record<string, Expected>> = {
  running: { is: 'running' },
  'exit-0': { is: exited(0) },
  'exit-1': { is: exited(1) },
  'exit-3': { is: exited(3) },
  'exit-255': { is: exited(255) },
  'exit-137-without-oom': { is: exited(1) },
  'exit-143': { is: exited(143) },
  'exit-with-message': { is: exited(2), says: /no such table/ },
  'oom-killed': { is: { kind: 'out-of-memory', exitCode: 137 }, says: /main of the pod oom-killed .*16Mi/ },
  'oom-killed-child': { is: { kind: 'out-of-memory', exitCode: 5 }, says: /main .*16Mi/ },
  'start-error-no-such-command': { is: exited(127), says: /no\/such\/command/ },
  'start-error-not-executable': { is: exited(126), says: /permission denied/ },
  'deadline-exceeded': { is: { kind: 'stopped' }, says: /activeDeadlineSeconds/ },
  // The status says no more: that it was a hook stands in the events alone.
  'post-start-hook-failed': { is: exited(137) },
  'crash-loop': { is: 'waiting' },
  'restarted-then-exit-0': { is: exited(0) },
  'image-cannot-be-pulled': { is: 'waiting', says: /giveUp.*image-unavailable.*127\.0\.0\.1:1/ },
  'image-pull-back-off': { is: 'waiting', says: /giveUp.*image-unavailable.*127\.0\.0\.1:1/ },
  'image-not-found': { is: { kind: 'image-unavailable' }, says: /no-such-image/ },
  'image-unauthorized': { is: { kind: 'image-unavailable' }, says: /private\/image/ },
  'image-never-pulled': { is: { kind: 'image-unavailable' }, says: /pull policy of Never/ },
  'image-name-invalid': { is: { kind: 'image-unavailable' }, says: /Not A Name/ },
  'init-image-cannot-be-pulled': { is: 'waiting', says: /init-files.*giveUp.*image-unavailable/ },
  'secret-of-env-missing': { is: 'waiting', says: /giveUp.*never-started.*secret \\"absent\\" not found/ },
  'root-not-allowed': { is: 'waiting', says: /giveUp.*never-started.*runAsNonRoot/ },
  'volume-missing': { is: 'waiting' },
  'unschedulable-cpu': { is: 'waiting', says: /Insufficient cpu/ },
  'unschedulable-selector': { is: 'waiting', says: /node affinity\/selector/ },
  'unschedulable-volume-claim': { is: 'waiting', says: /persistentvolumeclaim .*absent.* not found/ },
  'scheduling-gated': { is: 'waiting', says: /scheduling gates/ },
  'refused-by-node-cpu': { is: { kind: 'never-started' }, says: /OutOfcpu/ },
  'refused-by-node-selector': { is: { kind: 'never-started' }, says: /node1 refused .*NodeAffinity/ },
  'init-runs': { is: 'receiving' },
  'init-failed': { is: { kind: 'never-started' }, says: /init-files .*code 7.*fileSidecar/ },
  'init-oom-killed': { is: { kind: 'never-started' }, says: /init-files .*OOMKilled/ },
  'ended-beside-helper': { is: exited(4) },
  'ended-beside-injected-sidecar': { is: exited(0) },
  'helper-failed-first': { is: 'running' },
  'helper-oom-killed': { is: exited(0) },
  'native-sidecar': { is: exited(6) },
  'being-deleted': { is: 'running' },
  deleted: { is: { kind: 'deleted-outside' }, context: gone },
  'deleted-by-force': { is: { kind: 'deleted-outside' }, context: gone },
  'deleted-before-a-node-was-found': { is: { kind: 'deleted-outside' }, context: gone },
  'evicted-volume-full': { is: { kind: 'evicted' }, says: /node1.*EmptyDir volume/ },
  'evicted-disk-limit': { is: { kind: 'evicted' }, says: /ephemeral local storage/ },
  'evicted-by-api': { is: { kind: 'evicted' }, says: /Eviction API/, context: gone },
  // Both run on in their grace period, and their log grows.
  preempted: { is: 'running' },
  'evicted-by-taint': { is: 'running' },
  'ended-while-kubelet-was-away': { is: exited(0) },
  'container-lost': { is: { kind: 'node-lost' }, says: /could not be located/ },
  'node-not-ready': { is: 'running' },
  'node-lost': { is: { kind: 'node-lost' }, says: /NoExecute/ },
  'node-deleted': { is: { kind: 'node-lost' }, says: /node no longer exists/ },
};

const captured = (name: string) =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as { readonly what: string; readonly pod: PodObject };

test('there is a line for each captured status', () => {
  const files = readdirSync(folder).map(name => name.replace(/\.json$/, ''));
  expect(Object.keys(table).sort()).toEqual(files.sort());
});

test.for(Object.entries(table))('%s', ([name, { is, says, context }]) => {
  const { pod } = captured(name);
  const phase = phaseOf(pod, { stoppedByUs: false, gone: false, memoryLimit: '16Mi', ...context });
  if (typeof is === 'string') expect(phase.kind).toBe(is);
  else expect(phase).toMatchObject({ kind: 'ended', outcome: is });
  if (says) expect(JSON.stringify(phase)).toMatch(says);
});

test.for(['preempted', 'evicted-by-taint'])('%s: told so when it is gone', name => {
  const phase = phaseOf(captured(name).pod, { stoppedByUs: false, gone: true });
  expect(phase).toMatchObject({ kind: 'ended', outcome: { kind: 'evicted' } });
});

test('stopped by us, the same endings are ours', () => {
  for (const name of ['exit-143', 'deleted', 'evicted-by-api']) {
    const phase = phaseOf(captured(name).pod, { stoppedByUs: true, gone: true });
    expect(phase).toMatchObject({ kind: 'ended', outcome: { kind: 'stopped' } });
  }
});
