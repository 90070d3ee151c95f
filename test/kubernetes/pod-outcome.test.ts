/** Statuses written by hand, for what captured-statuses.test.ts does not have. */
import { expect, test } from 'vitest';
import type { ContainerStatus, PodObject, PodStatus } from '../../src/runners/kubernetes/client/pods.ts';
import { type PodContext, type PodPhase, phaseOf } from '../../src/runners/kubernetes/pod-outcome.ts';

const asked = '2026-01-01T00:00:10Z';
const before = '2026-01-01T00:00:05Z';
const after = '2026-01-01T00:00:12Z';

function main(state: ContainerStatus['state']): PodStatus {
  return { phase: 'Running', containerStatuses: [{ name: 'main', ...(state && { state }) }] };
}

function ended(exitCode: number, more: object = {}): PodStatus {
  return { ...main({ terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', ...more } }) };
}

function waiting(reason: string, message = ''): PodStatus {
  return { ...main({ waiting: { reason, message } }), phase: 'Pending' };
}

const disruption = (reason: string) => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: `${reason} words` }],
});

interface Row {
  readonly name: string;
  readonly status: PodStatus;
  readonly spec?: object;
  readonly metadata?: object;
  readonly context?: Partial<PodContext>;
  readonly is: Partial<PodPhase> | object;
  readonly says?: RegExp;
}

/** What is looked at in a pod whose helper unpacks the input files. */
const filesByHelper = { containers: [{ name: 'main' }, { name: 'out-files', env: [{ name: 'WINDLASS_FILES' }] }] };

const outcome = (kind: string, more: object = {}) => ({ kind: 'ended', outcome: { kind, ...more } });

const rows: readonly Row[] = [
  { name: 'just created', status: { phase: 'Pending' }, is: { kind: 'waiting', text: '' } },
  { name: 'no status at all', status: {}, is: { kind: 'waiting' } },
  {
    name: 'no node takes it',

    status: {
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/1 nodes are available: 1 Insufficient cpu.',
        },
      ],
    },
    is: { kind: 'waiting' },
    says: /Insufficient cpu/,
  },
  {
    name: 'container creating',

    status: waiting('ContainerCreating'),
    is: { kind: 'waiting', text: '' },
  },
  { name: 'pod initializing', status: waiting('PodInitializing'), is: { kind: 'waiting', text: '' } },
  {
    name: 'init container waits for files',

    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'init-files', state: { running: {} } }],
      containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }],
    },
    is: { kind: 'receiving' },
  },
  {
    name: 'the program’s shell waits for files: the helper is not there yet',
    spec: filesByHelper,
    status: {
      phase: 'Pending',
      containerStatuses: [
        { name: 'main', state: { running: { startedAt: before } } },
        { name: 'out-files', state: { waiting: { reason: 'ContainerCreating' } } },
      ],
    },
    is: { kind: 'waiting', text: '' },
  },
  {
    name: 'the program’s shell waits for files: the helper’s image cannot be pulled',
    spec: filesByHelper,
    status: {
      phase: 'Pending',
      containerStatuses: [
        { name: 'main', state: { running: { startedAt: before } } },
        { name: 'out-files', state: { waiting: { reason: 'ErrImagePull', message: 'i/o timeout' } } },
      ],
    },
    is: {
      kind: 'waiting',
      text: 'The image of the container out-files of the pod the-pod is not available: i/o timeout',
      giveUp: {
        kind: 'image-unavailable',
        detail: 'The image of the container out-files of the pod the-pod is not available: i/o timeout',
      },
    },
  },
  {
    name: 'the program’s shell waits for files that the helper could not unpack',
    spec: filesByHelper,
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'main', state: { running: { startedAt: before } } },
        { name: 'out-files', state: { terminated: { exitCode: 97, reason: 'Error' } } },
      ],
    },
    is: outcome('never-started'),
    says: /input files.*fileSidecar/,
  },
  {
    name: 'the helper that gave the files was killed later; the program runs on',
    spec: filesByHelper,
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'main', state: { running: { startedAt: before } } },
        { name: 'out-files', state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
      ],
    },
    is: { kind: 'running' },
  },
  { name: 'running', status: main({ running: { startedAt: before } }), is: { kind: 'running' } },
  { name: 'exit 0', status: ended(0), is: outcome('exited', { exitCode: 0 }) },
  { name: 'exit 7', status: ended(7), is: outcome('exited', { exitCode: 7 }) },
  {
    name: 'exit 0 while the helper runs on',

    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'main', state: { terminated: { exitCode: 0 } } },
        { name: 'out-files', state: { running: {} } },
      ],
    },
    is: outcome('exited', { exitCode: 0 }),
  },
  {
    name: 'exit 3 while an injected sidecar never ends',

    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'istio-proxy', state: { running: {} } },
        { name: 'main', state: { terminated: { exitCode: 3 } } },
      ],
    },
    is: outcome('exited', { exitCode: 3 }),
  },
  {
    name: 'a sidecar failed, ours runs',

    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'proxy', state: { terminated: { exitCode: 1 } } },
        { name: 'main', state: { running: {} } },
      ],
    },
    is: { kind: 'running' },
  },
  {
    name: 'out of memory',

    status: ended(137, { reason: 'OOMKilled' }),
    context: { memoryLimit: '64Mi' },
    is: outcome('out-of-memory', { exitCode: 137 }),
    says: /main .*64Mi/,
  },
  {
    name: 'a child out of memory, the shell went on to 0 (cgroup v1)',

    status: ended(0, { reason: 'OOMKilled' }),
    is: outcome('exited', { exitCode: 0 }),
  },
  {
    name: 'a command that is not there',

    status: ended(128, {
      reason: 'StartError',
      message: 'exec: "/no/such/program": stat /no/such/program: no such file or directory: unknown',
      startedAt: '1970-01-01T00:00:00Z',
    }),
    is: outcome('exited', { exitCode: 127 }),
    says: /no\/such\/program/,
  },
  {
    name: 'a command without permission',

    status: ended(128, { reason: 'StartError', message: 'exec: "/etc/passwd": permission denied' }),
    is: outcome('exited', { exitCode: 126 }),
  },
  {
    name: 'a start that failed for another reason',

    status: ended(128, { reason: 'StartError', message: 'error mounting "x" to rootfs' }),
    is: outcome('never-started'),
    says: /error mounting/,
  },
  {
    name: 'an image that is refused',

    status: waiting('ErrImagePull', 'failed to authorize: 401 Unauthorized'),
    is: outcome('image-unavailable'),
    says: /401/,
  },
  {
    name: 'an image that does not exist',

    status: waiting('ErrImagePull', 'docker.io/library/nope:latest: not found'),
    is: outcome('image-unavailable'),
  },
  {
    name: 'a registry that does not answer',

    status: waiting('ErrImagePull', 'dial tcp: lookup registry-1.docker.io: i/o timeout'),
    is: { kind: 'waiting', giveUp: { kind: 'image-unavailable' } },
  },
  {
    name: 'between two pulls',

    status: waiting('ImagePullBackOff', 'Back-off pulling image "x"'),
    is: { kind: 'waiting', giveUp: { kind: 'image-unavailable' } },
  },
  {
    name: 'an image name that is none',

    status: waiting('InvalidImageName', 'couldn\'t parse image name "A:B:C"'),
    is: outcome('image-unavailable'),
  },
  {
    name: 'an image that must not be pulled',

    status: waiting('ErrImageNeverPull', 'Container image "x" is not present with pull policy of Never'),
    is: outcome('image-unavailable'),
  },
  {
    name: 'a secret that is missing',

    status: waiting('CreateContainerConfigError', 'secret "s" not found'),
    is: { kind: 'waiting', giveUp: { kind: 'never-started' } },
    says: /secret "s" not found/,
  },
  {
    name: 'evicted before it ran',

    status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
    is: outcome('evicted'),
    says: /low on resource/,
  },
  {
    name: 'evicted while it ran',

    status: {
      ...ended(137),
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Usage of EmptyDir volume exceeds the limit',
    },
    is: outcome('evicted'),
  },
  {
    name: 'preempted by the scheduler',

    status: { ...ended(143), phase: 'Failed', ...disruption('PreemptionByScheduler') },
    is: outcome('evicted'),
    says: /PreemptionByScheduler/,
  },
  {
    name: 'ended well although it was to be evicted',

    status: { ...ended(0), ...disruption('EvictionByEvictionAPI') },
    is: outcome('exited', { exitCode: 0 }),
  },
  {
    name: 'collected with its lost node',

    status: { phase: 'Failed', ...disruption('DeletionByPodGC') },
    is: outcome('node-lost'),
  },
  {
    name: 'node lost',

    status: { phase: 'Failed', reason: 'NodeLost', message: 'Node n is unresponsive' },
    is: outcome('node-lost'),
  },
  {
    name: 'a node that refused it',

    status: { phase: 'Failed', reason: 'OutOfcpu', message: 'Node did not have enough resource: cpu' },
    is: outcome('never-started'),
    says: /OutOfcpu/,
  },
  {
    name: 'a status that the node forgot',

    status: ended(137, { reason: 'ContainerStatusUnknown', message: 'could not be located' }),
    is: outcome('node-lost'),
  },
  {
    name: 'a deadline of the pod itself',

    status: { phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active longer than specified deadline' },
    is: outcome('stopped'),
    says: /activeDeadlineSeconds/,
  },
  {
    name: 'succeeded without a word of our container',

    status: { phase: 'Succeeded' },
    is: outcome('node-lost'),
  },
  {
    name: 'init container failed',

    status: {
      phase: 'Pending',
      initContainerStatuses: [{ name: 'init-files', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
    },
    is: outcome('never-started'),
    says: /fileSidecar/,
  },
  {
    name: 'deleted from outside while it ran',

    status: ended(137, { finishedAt: after }),
    metadata: { deletionTimestamp: asked, deletionGracePeriodSeconds: 1 },
    is: outcome('deleted-outside'),
  },
  {
    name: 'told to end by a deletion, and ended with 0',

    status: ended(0, { finishedAt: after }),
    metadata: { deletionTimestamp: asked, deletionGracePeriodSeconds: 0 },
    is: outcome('deleted-outside'),
  },
  {
    name: 'deleted after its end',

    status: ended(0, { finishedAt: before }),
    metadata: { deletionTimestamp: asked, deletionGracePeriodSeconds: 0 },
    context: { gone: true },
    is: outcome('exited', { exitCode: 0 }),
  },
  {
    name: 'gone while it ran, with no word',

    status: main({ running: {} }),
    context: { gone: true },
    is: outcome('deleted-outside'),
  },
  {
    name: 'stopped by us',

    status: ended(143),
    context: { stoppedByUs: true },
    is: outcome('stopped'),
  },
  {
    name: 'stopped by us and gone before it ran',

    status: { phase: 'Pending' },
    context: { stoppedByUs: true, gone: true },
    is: outcome('stopped'),
  },
];

test.for(rows)('$name (constructed)', ({ status, spec, metadata, context, is, says }) => {
  const pod: PodObject = { metadata: { name: 'the-pod', ...metadata }, spec: { nodeName: 'n', ...spec }, status };
  const phase = phaseOf(pod, { stoppedByUs: false, gone: false, ...context });
  expect(phase).toMatchObject(is);
  if (says) expect(JSON.stringify(phase)).toMatch(new RegExp(says.source.replaceAll('"', '\\\\"')));
});

test('only code 0 of our own container is a success, whatever else is said', () => {
  const successes = rows.filter(({ is }) => JSON.stringify(is).includes('"exitCode":0'));
  for (const { status } of successes) {
    const own = status.containerStatuses?.find(container => container.name === 'main');
    expect(own?.state?.terminated?.exitCode).toBe(0);
  }
});
