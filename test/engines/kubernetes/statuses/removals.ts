/** Pods that are taken away: deleted, evicted, preempted. */
import type { KubernetesObject } from '../client.ts';
import { hasCondition, isOver, isRunning, pod, type Scenario } from './scenario.ts';

const deaf = 'trap "" TERM; while true; do sleep 1; done';
const disruption = (reason: string) => hasCondition('DisruptionTarget', reason);
const isDeleting = (item: KubernetesObject): boolean => item.metadata.deletionTimestamp !== undefined;

export const removals: readonly Scenario[] = [
  {
    name: 'being-deleted',
    what: 'deleted from outside, and still running in its grace period',
    spec: pod(deaf, { terminationGracePeriodSeconds: 5 }),
    until: item => isDeleting(item) && isRunning(item),
    meanwhile: async ({ client, pods, seen }) => {
      await seen('being-deleted', item => isRunning(item));
      await client.expect('DELETE', `${pods}/being-deleted`);
    },
  },
  {
    name: 'deleted',
    what: 'deleted from outside while it ran: the last that is seen of it',
    spec: pod('sleep 3600'),
    until: (_, type) => type === 'DELETED',
    meanwhile: async ({ client, pods, seen }) => {
      await seen('deleted', item => isRunning(item));
      await client.expect('DELETE', `${pods}/deleted`);
    },
  },
  {
    name: 'deleted-by-force',
    what: 'deleted with a grace period of 0: gone at once, while it still runs',
    spec: pod('sleep 3600'),
    until: (_, type) => type === 'DELETED',
    meanwhile: async ({ client, pods, seen }) => {
      await seen('deleted-by-force', item => isRunning(item));
      await client.expect('DELETE', `${pods}/deleted-by-force?gracePeriodSeconds=0`);
    },
  },
  {
    name: 'deleted-before-a-node-was-found',
    what: 'deleted from outside while it was unschedulable',
    spec: pod('true', { nodeSelector: { 'example.com/gpu': 'yes' } }),
    until: (_, type) => type === 'DELETED',
    meanwhile: async ({ client, pods, seen }) => {
      await seen('deleted-before-a-node-was-found', hasCondition('PodScheduled', 'Unschedulable'));
      await client.expect('DELETE', `${pods}/deleted-before-a-node-was-found`);
    },
  },
  {
    name: 'evicted-volume-full',
    what: 'wrote more into an emptyDir than its sizeLimit of 1 MiB',
    spec: pod(
      'dd if=/dev/zero of=/d/f bs=1M count=8; sleep 3600',
      { volumes: [{ name: 'd', emptyDir: { sizeLimit: '1Mi' } }] },
      { volumeMounts: [{ name: 'd', mountPath: '/d' }] },
    ),
    until: isOver,
  },
  {
    name: 'evicted-disk-limit',
    what: 'wrote more than its limit of ephemeral-storage',
    spec: pod(
      'dd if=/dev/zero of=/f bs=1M count=16; sleep 3600',
      {},
      { resources: { limits: { 'ephemeral-storage': '4Mi' } } },
    ),
    until: isOver,
  },
  {
    name: 'evicted-by-api',
    what: 'evicted as `kubectl drain` does it: the last that is seen of it',
    spec: pod('sleep 3600'),
    until: (_, type) => type === 'DELETED',
    meanwhile: async ({ client, pods, seen }) => {
      await seen('evicted-by-api', item => isRunning(item));
      await client.expect('POST', `${pods}/evicted-by-api/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'evicted-by-api' },
      });
    },
  },
  {
    name: 'preempted',
    what: 'had to make room for a pod of a higher priority',
    spec: pod('sleep 3600', {}, { resources: { requests: { cpu: '1200m' } } }),
    until: disruption('PreemptionByScheduler'),
    meanwhile: async ({ client, pods, seen }) => {
      await seen('preempted', item => isRunning(item));
      await client.expect('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
        metadata: { name: 'windlass-urgent' },
        value: 1000,
      });
      await client.expect('POST', pods, {
        metadata: { name: 'urgent' },
        spec: pod('true', { priorityClassName: 'windlass-urgent' }, { resources: { requests: { cpu: '1200m' } } }),
      });
    },
    afterwards: async ({ client }) => {
      await client.expect('DELETE', '/apis/scheduling.k8s.io/v1/priorityclasses/windlass-urgent');
    },
  },
];
