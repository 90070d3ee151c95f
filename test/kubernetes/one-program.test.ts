/** Pods of several containers, seen as one program. */
import { expect, test } from 'vitest';
import type { ContainerState, PodObject } from '../../src/runners/kubernetes/client/pods.ts';
import { phaseOf } from '../../src/runners/kubernetes/pod-outcome.ts';
import { asOneProgram } from '../../src/tasks/kubernetes/one-program.ts';

type Phase = NonNullable<PodObject['status']>['phase'];

function pod(states: Readonly<Record<string, ContainerState>>, restartPolicy = 'Never', phase: Phase = 'Running') {
  const spec = { restartPolicy, containers: Object.keys(states).map(name => ({ name })) };
  const containerStatuses = Object.entries(states).map(([name, state]) => ({ name, state }));
  return { metadata: { name: 'p' }, spec, status: { phase, containerStatuses } };
}
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode } });
const runs: ContainerState = { running: {} };
const waits = (reason: string): ContainerState => ({ waiting: { reason, message: 'words' } });
const seen = (...given: Parameters<typeof pod>) =>
  phaseOf(asOneProgram(pod(...given)), { stoppedByUs: false, gone: false });

test.each<[string, Parameters<typeof pod>, object]>([
  ['all ended well', [{ a: ended(0), b: ended(0) }], { kind: 'ended', outcome: { kind: 'exited', exitCode: 0 } }],
  ['one failed', [{ a: ended(0), b: ended(4), c: ended(0) }], { outcome: { kind: 'exited', exitCode: 4 } }],
  ['one still runs', [{ a: ended(4), b: runs }], { kind: 'running' }],
  ['what carries files does not count', [{ a: ended(0), 'out-files': runs }], { outcome: { exitCode: 0 } }],
  ['one is on its way', [{ a: runs, b: waits('ContainerCreating') }], { kind: 'running' }],
  ['none has begun', [{ a: waits('PodInitializing') }, 'Never', 'Pending'], { kind: 'waiting' }],
  ['one cannot start', [{ a: runs, b: waits('InvalidImageName') }], { outcome: { kind: 'image-unavailable' } }],
  ['one called main among others', [{ main: ended(0), b: ended(2) }], { outcome: { exitCode: 2 } }],
  ['a failure that is tried again', [{ a: ended(1) }, 'OnFailure'], { kind: 'running' }],
  ['success where failures are tried again', [{ a: ended(0) }, 'OnFailure'], { outcome: { exitCode: 0 } }],
  ['an end that is none', [{ a: ended(0) }, 'Always'], { kind: 'running' }],
])('%s', (_, given, phase) => {
  expect(seen(...given)).toMatchObject(phase);
});
