/**
 * Every property with a value of a wrong type and with a wrong one: one message that names it. What is written is
 * refused by `validate` where its schema knows; else it is foreseen as a warning, in the words with which the task is
 * refused before anything is asked of an engine.
 */
import { describe, expect, test } from 'vitest';
import { toJSONSchema } from 'zod';
import { catalogFor } from '../../src/cli/catalog.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { readFlows } from '../../src/flow/index.ts';
import type { Problem } from '../../src/model/flow.ts';
import type { Value, ValueMap } from '../../src/model/value.ts';
import { dockerDeclaration } from '../../src/runners/docker/declaration.ts';
import { createDockerRunner } from '../../src/runners/docker/index.ts';
import { PrepareError } from '../../src/runners/runner.ts';
import { never } from '../contract/runner/harness.ts';

const { config } = loadConfig({ env: {} });
const catalog = catalogFor(config, {});

/** Problems of a flow whose task has these properties of the runner. */
function validated(taskRunner: ValueMap): readonly Problem[] {
  return problemsOf({ taskRunner: { type: dockerDeclaration.type, ...taskRunner } });
}

function problemsOf(properties: ValueMap): readonly Problem[] {
  const task = {
    id: 'a',
    type: 'io.kestra.plugin.scripts.shell.Commands',
    commands: ['true'],
    ...properties,
  };
  const text = JSON.stringify({ id: 'f', namespace: 'a.b', tasks: [task] });
  return readFlows({ name: 'f.yaml', text }, { catalog, pluginDefaults: [] }).problems;
}

/** Why preparing a task is refused; its engine is one that nobody must ask. */
async function refused(taskRunner: ValueMap): Promise<string> {
  const env = { DOCKER_HOST: 'unix:///nowhere/nobody-asks.sock' };
  const spec = {
    runId: 'r',
    owner: 'o',
    labels: {},
    image: 'i',
    argv: ['true'],
    env: {},
    workDir: '/w',
    outputDir: '/w/o',
    runDir: '/r',
    wanted: [],
    shared: false,
  };
  const preparing = createDockerRunner({ env, volumeEnabled: true }).prepare(spec, taskRunner, () => {}, never);
  const error = await preparing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PrepareError);
  return (error as PrepareError).message;
}

function nested(path: string, value: Value): ValueMap {
  const [first = '', ...rest] = path.split('.');
  const inner = rest.length === 0 ? value : nested(rest.join('.'), value);
  return first.endsWith('[]') ? { [first.slice(0, -2)]: [inner] } : { [first]: inner };
}

/**
 * A value of a wrong type, then wrong values. What only an engine can judge (names of networks, users, images, hosts) is
 * in live.test.ts and registry.test.ts, in the engine's words.
 */
const wrong: Readonly<Record<string, readonly Value[]>> = {
  version: [[], '1.2.3.4!'],
  host: [{}, 'ssh://me@there', 'gopher://x', 'tcp://', 'tcp://there:99999', 'unix://'],
  config: [[], 'words', '{', { HttpHeaders: 'x' }, { auths: [] }, { credHelpers: 'x' }, { credsStore: [] }],
  credentials: ['x'],
  'credentials.registry': [{}],
  'credentials.username': [[]],
  'credentials.password': [{}],
  'credentials.registryToken': [[]],
  'credentials.identityToken': [{}],
  'credentials.auth': [[], 'no-colon-in-base64'],
  image: [{}],
  pullPolicy: [[], 'SOMETIMES'],
  entryPoint: [{}, 'no list'],
  user: [{}],
  networkMode: [{}],
  extraHosts: [{}, 'no list', ['nonsense'], ['db:10.0.0.999']],
  portBindings: [{}, ['x:80'], ['80/icmp'], ['0'], ['70000:80'], ['999.1.1.1:80:80']],
  volumes: [{}, 'no list', ['/only-one'], ['a:relative'], ['/tmp:/']],
  deviceRequests: [{}, ['gpu']],
  'deviceRequests[].driver': [{}],
  'deviceRequests[].count': [[], 'all', 1.5],
  'deviceRequests[].deviceIds': [{}],
  'deviceRequests[].capabilities': [{}],
  'deviceRequests[].options': ['x'],
  cpu: [1],
  'cpu.cpus': [{}, 'many', 0, -1, 0.001],
  memory: ['512MB'],
  'memory.memory': [{}, 'lots', '1MB', '-5MB'],
  'memory.memorySwap': [{}, '1XB'],
  'memory.memorySwappiness': [{}, 101, -1, '60%'],
  'memory.memoryReservation': [{}, 'some', '1MB'],
  'memory.kernelMemory': [{}, '3MB'],
  'memory.oomKillDisable': [{}, 'maybe'],
  shmSize: [{}, 0, '-1', '64 parsecs'],
  privileged: [{}, 'perhaps'],
  fileHandlingStrategy: [{}, 'COPY'],
  delete: [{}, 'perhaps'],
  wait: [[], 'perhaps'],
  killGracePeriod: [{}, 'soon', "{{ 'PT5S' }}"],
  resume: [{}, 'perhaps'],
};

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

function pathsOf({ properties = {} }: Shape, above = ''): string[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const isList = property.items?.properties !== undefined;
    const path = `${above}${name}${isList ? '[]' : ''}`;
    return [path.replace(/\[\]$/, ''), ...pathsOf((isList ? property.items : property) ?? {}, `${path}.`)];
  });
}

test('no property is forgotten', () => {
  const shape = toJSONSchema(dockerDeclaration.schema(), { io: 'input', unrepresentable: 'any' }) as Shape;
  expect(Object.keys(wrong)).toEqual(pathsOf(shape).filter(path => path !== 'type'));
});

describe.each(Object.entries(wrong).flatMap(([path, values]) => values.map(value => [path, value] as const)))(
  '%s: %j',
  (path, value) => {
    test('is refused once, by its name', async () => {
      const properties = nested(path, value);
      const problems = validated(properties);
      const name = `taskRunner.${path.replaceAll('[]', '[0]')}`;
      // An address is judged where the run takes place, and a warning shows the line, which may hold a password.
      const isUnforeseen = path === 'host' || path === 'config' || path.startsWith('credentials');
      expect(problems.length).toBeGreaterThanOrEqual(isUnforeseen ? 0 : 1);
      expect(problems.length).toBeLessThan(2);
      for (const problem of problems) expect(problem.path).toContain(`tasks[0].${name}`);
      if (problems.some(({ severity }) => severity === 'error')) return;
      const message = await refused(properties);
      expect(message).toContain(name);
      expect(message).not.toContain('nobody-asks');
      for (const problem of problems) expect(message).toBe(problem.message.replace(/^a\./, ''));
    });
  },
);

test('an expression is left to the run', () => {
  const expression = '{{ outputs.x.value }}';
  expect(validated({ memory: { memory: expression, memorySwap: '1GB' }, shmSize: expression })).toEqual([]);
});

test('a warning points at what it is about', () => {
  expect(validated({ volumes: ['/a:/b', '/c'], memory: { memory: '1MB' } })).toMatchObject([
    { severity: 'warning', path: 'tasks[0].taskRunner.volumes[1]' },
    { severity: 'warning', path: 'tasks[0].taskRunner.memory.memory' },
  ]);
});

test('a text that YAML takes for a map: quotes are what it wants', () => {
  expect(validated({ portBindings: [{ 8080: '80/udp' }] })).toMatchObject([
    { severity: 'error', hint: 'If it is meant as text, put it in quotes: "8080: 80/udp".' },
  ]);
  expect(validated({ user: { a: {} } })[0]).not.toHaveProperty('hint');
});

test('the older options are a map, or are refused as what they are', () => {
  expect(problemsOf({ docker: 'busybox' })).toMatchObject([{ path: 'tasks[0].docker', code: 'wrong-type' }]);
});
