/** Why a pod's container does not start: its image, its configuration, its place. */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { container, hasCondition, isOver, pod, type Scenario, waitsFor } from './scenario.ts';

const run = promisify(execFile);

const image = (name: string, pullPolicy = 'IfNotPresent') =>
  pod('true', {}, { image: name, imagePullPolicy: pullPolicy });
/** A registry that asks for a password which the pod does not have. */
const locked = { address: '127.0.0.1:15099', state: join(tmpdir(), 'windlass-locked-registry') };
const registry = (script: string, ...args: string[]) =>
  run('sh', [join(import.meta.dirname, '../../registry', script), locked.state, ...args]);

const unschedulable = hasCondition('PodScheduled', 'Unschedulable');

export const starts: readonly Scenario[] = [
  {
    name: 'image-cannot-be-pulled',
    what: 'the image is at a registry that does not answer: the first refusal',
    spec: image('127.0.0.1:1/no/such:image'),
    until: waitsFor('ErrImagePull'),
  },
  {
    name: 'image-pull-back-off',
    what: 'the same, while the kubelet waits for its next try',
    spec: image('127.0.0.1:1/no/such:image'),
    until: waitsFor('ImagePullBackOff'),
  },
  {
    name: 'image-not-found',
    what: 'the registry has no such image',
    spec: image('example/no-such-image:latest'),
    until: waitsFor('ErrImagePull'),
  },
  {
    name: 'image-unauthorized',
    what: 'the registry asks for a password (401)',
    spec: image(`${locked.address}/private/image:latest`),
    until: waitsFor('ErrImagePull'),
    beforehand: () => registry('up.sh', '15099', 'somebody', 'secret'),
    afterwards: async () => void (await registry('down.sh')),
  },
  {
    name: 'image-never-pulled',
    what: 'imagePullPolicy Never and the image is not on the node',
    spec: image('no-such-image:latest', 'Never'),
    until: waitsFor('ErrImageNeverPull'),
  },
  {
    name: 'image-name-invalid',
    what: 'the name of the image is none',
    spec: image('Not A Name:::'),
    until: waitsFor('InvalidImageName'),
  },
  {
    name: 'init-image-cannot-be-pulled',
    what: 'the image of an init container cannot be pulled; ours has not been looked at',
    spec: pod('true', {
      initContainers: [container('true', { name: 'init-files', image: '127.0.0.1:1/no/such:image' })],
    }),
    until: waitsFor('ErrImagePull', 'init-files', 'initContainerStatuses'),
  },
  {
    name: 'secret-of-env-missing',
    what: 'a variable comes from a secret that does not exist',
    spec: pod('true', {}, { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'absent', key: 'a' } } }] }),
    until: waitsFor('CreateContainerConfigError'),
  },
  {
    name: 'root-not-allowed',
    what: 'runAsNonRoot, and the image runs as root',
    spec: pod('true', {}, { securityContext: { runAsNonRoot: true } }),
    until: waitsFor('CreateContainerConfigError'),
  },
  {
    name: 'volume-missing',
    what: 'a volume comes from a config map that does not exist: it waits for ever, the reason is only in the events',
    spec: pod('true', { volumes: [{ name: 'v', configMap: { name: 'absent' } }] }),
    until: waitsFor('ContainerCreating'),
  },
  {
    name: 'unschedulable-cpu',
    what: 'no node has 1000 CPUs',
    spec: pod('true', {}, { resources: { requests: { cpu: '1000' } } }),
    until: unschedulable,
  },
  {
    name: 'unschedulable-selector',
    what: 'no node has the label asked for',
    spec: pod('true', { nodeSelector: { 'example.com/gpu': 'yes' } }),
    until: unschedulable,
  },
  {
    name: 'unschedulable-volume-claim',
    what: 'the volume claim does not exist',
    spec: pod('true', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'absent' } }] }),
    until: unschedulable,
  },
  {
    name: 'scheduling-gated',
    what: 'a scheduling gate holds the pod back',
    spec: pod('true', { schedulingGates: [{ name: 'example.com/quota' }] }),
    until: hasCondition('PodScheduled', 'SchedulingGated'),
  },
  {
    name: 'refused-by-node-cpu',
    what: 'nodeName names the node, which has no 1000 CPUs: the kubelet refuses',
    spec: pod('true', { nodeName: 'node1' }, { resources: { requests: { cpu: '1000' } } }),
    until: isOver,
  },
  {
    name: 'refused-by-node-selector',
    what: 'nodeName names the node, which has not the label asked for: the kubelet refuses',
    spec: pod('true', { nodeName: 'node1', nodeSelector: { 'example.com/gpu': 'yes' } }),
    until: isOver,
  },
];
