import { describe, expect, test } from 'vitest';
import type { RunSpec } from '../../src/model/run.ts';
import type { ValueMap } from '../../src/model/value.ts';
import type { Carriers } from '../../src/runners/kubernetes/carriers.ts';
import { idLabel, podName } from '../../src/runners/kubernetes/pod-name.ts';
import { podObject } from '../../src/runners/kubernetes/pod-spec.ts';
import { readSettings } from '../../src/runners/kubernetes/settings.ts';

const spec: RunSpec = {
  runId: '2s3sxHcxvBRb4OUYthTP3n-0',
  owner: 'store-1',
  labels: { 'kestra.io/namespace': 'company.team', 'kestra.io/flow-id': 'My_Flow', 'kestra.io/task-id': 'shell' },
  argv: ['/bin/sh', '-c', 'echo $HOME $(HOME) $$'],
  env: { A: '$(B)', WORKING_DIR: '/kestra/working-dir' },
  workDir: '/tmp/w',
  outputDir: '/tmp/w/.out',
  runDir: '/tmp/r',
  wanted: [],
  shared: false,
};

// biome-ignore lint/suspicious/noExplicitAny: an object of the API, looked at by path
function pod(config: ValueMap = {}, carriers: Carriers = { init: undefined, helper: false }): any {
  return podObject(spec, 'img', readSettings(config), carriers);
}

describe('the pod of a run', () => {
  test('without files it is one container in an in-memory working directory', () => {
    const { metadata, spec: built } = pod();
    expect(metadata.namespace).toBe('default');
    expect(built.initContainers).toBeUndefined();
    expect(built.shareProcessNamespace).toBeUndefined();
    expect(built).toMatchObject({
      restartPolicy: 'Never',
      volumes: [{ name: 'kestra-files', emptyDir: { medium: 'Memory' } }],
      containers: [
        {
          name: 'main',
          image: 'img',
          imagePullPolicy: 'Always',
          workingDir: '/kestra/working-dir',
          volumeMounts: [
            { name: 'kestra-files', mountPath: '/kestra' },
            { mountPath: '/kestra/working-dir/.out', subPath: 'working-dir/.out' },
          ],
        },
      ],
    });
  });

  test('what the kubelet would read as its own variables is kept from it', () => {
    const [main] = pod().spec.containers;
    expect(main.command[2]).toBe('echo $$HOME $$(HOME) $$$$');
    expect(main.env[0]).toEqual({ name: 'A', value: '$$(B)' });
  });

  test('files bring an init container and a helper', () => {
    const { spec: built } = pod({ fileSidecar: { image: 'my/box' } }, { init: 'exec', helper: true });
    expect(built.initContainers).toMatchObject([{ name: 'init-files', image: 'my/box' }]);
    expect(built.containers).toMatchObject([{ name: 'main' }, { name: 'out-files', image: 'my/box' }]);
    expect(built.shareProcessNamespace).toBe(true);
  });

  test('small files come with the pod', () => {
    const [init] = pod({}, { init: { archive: 'QUJD' }, helper: true }).spec.initContainers;
    expect(init.env).toEqual([{ name: 'WINDLASS_FILES', value: 'QUJD' }]);
    expect(init.command[2]).toContain('tar -xf -');
  });

  test('a program that begins with a shell waits for small files itself: no container has to end before it', () => {
    const { spec: built } = pod(
      { fileSideCarSpec: { env: [{ name: 'X', value: '1' }] } },
      { init: undefined, helper: { archive: 'QUJD' } },
    );
    expect(built.initContainers).toBeUndefined();
    const [main, helper] = built.containers;
    const wait = 'until [ -e /kestra/ready ]; do sleep 0.02 2>/dev/null; done; exec "$$@"';
    expect(main.command).toEqual(['/bin/sh', '-c', wait, '/bin/sh', '/bin/sh', '-c', 'echo $$HOME $$(HOME) $$$$']);
    expect(helper.env).toEqual([
      { name: 'X', value: '1' },
      { name: 'WINDLASS_FILES', value: 'QUJD' },
    ]);
    expect(helper.command[2]).toMatch(/tar -xf .* && : > \/kestra\/ready \|\| exit 97; .*\/kestra\/ended/);
  });

  test('files that come by exec are not unpacked by the helper too', () => {
    const { spec: built } = pod({}, { init: 'exec', helper: { archive: 'QUJD' } });
    const [main, helper] = built.containers;
    expect(main.command[0]).toBe('/bin/sh');
    expect(main.command).toHaveLength(3);
    expect(helper.env).toBeUndefined();
  });

  test('every simple property is where Kubernetes has it', () => {
    const { metadata, spec: built } = pod({
      namespace: 'jobs',
      labels: { team: 'a', 'kestra.io/task-id': 'not mine' },
      nodeSelector: { disk: 'ssd' },
      serviceAccountName: 'runner',
      pullPolicy: 'IF_NOT_PRESENT',
      resources: { request: { cpu: '500m', memory: '128Mi' }, limit: { memory: '1Gi' } },
    });
    expect(metadata).toMatchObject({ namespace: 'jobs', labels: { team: 'a', 'kestra.io/task-id': 'shell' } });
    expect(built).toMatchObject({ nodeSelector: { disk: 'ssd' }, serviceAccountName: 'runner' });
    expect(built.containers[0]).toMatchObject({
      imagePullPolicy: 'IfNotPresent',
      resources: { requests: { cpu: '500m', memory: '128Mi' }, limits: { memory: '1Gi' } },
    });
  });

  test('raw specifications are the base; our fields win and lists are joined', () => {
    const { spec: built } = pod(
      {
        podSpec: {
          restartPolicy: 'Always',
          tolerations: [{ key: 'gpu' }],
          volumes: [{ name: 'cache', emptyDir: {} }],
          imagePullSecrets: [{ name: 's' }],
        },
        containerSpec: {
          image: 'other',
          securityContext: { runAsUser: 1000 },
          env: [
            { name: 'A', value: 'lost' },
            { name: 'C', value: 'kept' },
          ],
          volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
        },
        fileSideCarSpec: { securityContext: { runAsUser: 5 }, command: ['lost'] },
        fileSidecar: { resources: { limits: { memory: '32Mi' } } },
      },
      { init: 'exec', helper: true },
    );
    expect(built).toMatchObject({
      restartPolicy: 'Never',
      tolerations: [{ key: 'gpu' }],
      imagePullSecrets: [{ name: 's' }],
      volumes: [{ name: 'cache' }, { name: 'kestra-files' }],
    });
    const [main, helper] = built.containers;
    expect(main).toMatchObject({ image: 'img', securityContext: { runAsUser: 1000 } });
    expect(main.env).toContainEqual({ name: 'C', value: 'kept' });
    expect(main.env).not.toContainEqual({ name: 'A', value: 'lost' });
    expect(main.volumeMounts[0]).toEqual({ name: 'cache', mountPath: '/cache' });
    expect(helper).toMatchObject({ securityContext: { runAsUser: 5 }, resources: { limits: { memory: '32Mi' } } });
    expect(helper.command[0]).toBe('sh');
  });

  test('a user’s own process sharing is left as it is', () => {
    const { spec: built } = pod({ podSpec: { shareProcessNamespace: false } }, { init: undefined, helper: true });
    expect(built.shareProcessNamespace).toBe(false);
  });
});

describe('names', () => {
  test('run ids that differ only in case have different names', () => {
    expect(podName({ ...spec, runId: 'aB-0' })).not.toBe(podName({ ...spec, runId: 'ab-0' }));
  });

  test.for([
    ['company.team', 'My_Flow', 'shell'],
    ['x'.repeat(150), 'y'.repeat(100), 'z'.repeat(100)],
    ['é.Ü', '文', '-_-'],
    ['', '', ''],
  ])('of %s %s %s a host name of at most 63 characters', ([namespace = '', flow = '', task = '']) => {
    const labels = { 'kestra.io/namespace': namespace, 'kestra.io/flow-id': flow, 'kestra.io/task-id': task };
    const name = podName({ runId: 'r-0', labels });
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(podName({ runId: 'r-0', labels })).toBe(name);
  });

  test('an id that no label can hold is stood for by one that can', () => {
    expect(idLabel('store-1')).toBe('store-1');
    expect(idLabel('host/with space')).toMatch(/^[0-9a-f]{40}$/);
    expect(idLabel('x'.repeat(64))).not.toBe(idLabel('x'.repeat(65)));
  });
});
