/** Every property of the runner with a wrong type and a wrong value. What only a cluster can tell is in refusals.test.ts. */
import { describe, expect, test } from 'vitest';
import { toJSONSchema } from 'zod';
import { readFlows } from '../../src/flow/index.ts';
import type { Value, ValueMap } from '../../src/model/value.ts';
import { accessFromProperties } from '../../src/runners/kubernetes/connection/from-properties.ts';
import { kubernetesDeclaration } from '../../src/runners/kubernetes/declaration.ts';
import { readSettings } from '../../src/runners/kubernetes/settings.ts';
import { createCatalog } from '../../src/tasks/registry.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

function pathsOf(schema: Schema, at = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, below]) =>
    at + name === 'type' ? [] : [at + name, ...pathsOf(below, `${at}${name}.`)],
  );
}

const paths = pathsOf(
  toJSONSchema(kubernetesDeclaration.schema(), { io: 'input', unrepresentable: 'any' }) as unknown as Schema,
);
const catalog = createCatalog({
  runners: { declarations: [kubernetesDeclaration], get: () => Promise.reject(new Error('not started')) },
  flowables: [],
});
const nested = (path: string, value: Value): ValueMap =>
  path.split('.').reduceRight<Value>((inner, name) => ({ [name]: inner }), value) as ValueMap;

function problemsOf(properties: ValueMap): string[] {
  const task = {
    id: 't',
    type: 'io.kestra.plugin.scripts.shell.Commands',
    commands: ['true'],
    taskRunner: { ...properties, type: kubernetesDeclaration.type },
  };
  const text = JSON.stringify({ id: 'f', namespace: 'n', tasks: [task] });
  return readFlows({ name: 'f', text }, { catalog }).problems.map(({ message }) => message);
}

async function refusalOf(properties: ValueMap): Promise<string> {
  try {
    const { connection } = readSettings(properties);
    if (connection) await accessFromProperties(connection);
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

/** By path: values that are no good, though their type is right. */
const wrongValues: Readonly<Record<string, readonly Value[]>> = {
  version: ['1.', 'a b'],
  config: [{ unknown: 1 }],
  'config.apiVersion': ['v2'],
  'config.masterUrl': ['ftp://x', 'https://'],
  'config.caCertData': ['!!', 'AAAA'],
  'config.caCertFile': ['/no/such/file'],
  'config.clientCertData': ['!!'],
  'config.clientCertFile': ['/no/such/file'],
  'config.clientKeyData': ['!!'],
  'config.clientKeyFile': ['/no/such/file'],
  'config.keyStoreFile': ['/no/such/file', '/etc/hostname'],
  'config.trustStoreFile': ['/no/such/file', '/etc/hostname'],
  'config.oauthTokenProvider': ['{{ outputs.token }}'],
  'config.trustCerts': ['perhaps'],
  'config.disableHostnameVerification': ['perhaps'],
  containerSpec: ['text', '{no json'],
  podSpec: ['text', '{no json'],
  fileSideCarSpec: ['text'],
  fileSidecar: [{ unknown: 1 }],
  'fileSidecar.resources': ['much'],
  delete: ['perhaps'],
  labels: ['text', { a: { b: 'c' } }],
  nodeSelector: ['text', { a: ['b'] }],
  pullPolicy: ['Always', 'SOMETIMES'],
  resources: [{ requests: {} }],
  'resources.request': [{ gpu: 1 }],
  'resources.request.cpu': ['much', '1 core'],
  'resources.request.memory': ['64 MB', 'lots'],
  'resources.limit': [{ gpu: 1 }],
  'resources.limit.cpu': ['-', '1,5'],
  'resources.limit.memory': ['1GBit'],
  resume: ['perhaps'],
  syncWorkingDirectory: ['perhaps'],
  waitForLogs: ['soon', '5s'],
  waitUntilCompletion: ['P'],
  waitUntilRunning: ['10 minutes'],
};

/** Any text is a good one for us: the cluster alone knows (refusals.test.ts, key-stores.test.ts). */
const anyText: readonly string[] = [
  'config.namespace',
  'config.clientKeyAlgo',
  'config.clientKeyPassphrase',
  'config.keyStorePassphrase',
  'config.trustStorePassphrase',
  'config.oauthToken',
  'config.username',
  'config.password',
  'namespace',
  'fileSidecar.image',
  'serviceAccountName',
];
/** Told when the token is needed (test/e2e/kubernetes-clouds.test.ts). */
const ofProvider = paths.filter(path => path.startsWith('config.oauthTokenProvider.'));

/** Without effect, without what they belong to, or read by who makes token sources: the flow's check has seen them. */
const notRead = ['version', 'config.clientKeyAlgo', 'config.trustStorePassphrase', 'config.oauthTokenProvider'];
const read = paths.filter(path => !notRead.includes(path) && !ofProvider.includes(path));

test('every property is looked at', () => {
  expect([...Object.keys(wrongValues), ...anyText, ...ofProvider].sort()).toEqual([...paths].sort());
});

describe('a wrong type', () => {
  test.for(paths)('%s: is a problem of the flow, by its path', path => {
    expect(problemsOf(nested(path, ['a list']))).toContainEqual(
      expect.stringMatching(`^t\\.taskRunner\\.${path.replaceAll('.', '\\.')}: must be `),
    );
  });

  test.for(read)('%s: is refused by its path where an expression gave it', async path => {
    expect(await refusalOf(nested(path, ['a list']))).toContain(`taskRunner.${path}`);
  });
});

describe('a wrong value', () => {
  const rows = Object.entries(wrongValues).flatMap(([path, values]) => values.map(value => [path, value] as const));
  test.for(rows)('%s: %j is refused by its path, before anything is created', async ([path, value]) => {
    const properties = nested(path, value);
    const told = [...problemsOf(properties), await refusalOf(properties)];
    expect(told.join('\n')).toContain(`taskRunner.${path}`);
  });

  test('as an expression it is looked at when it is rendered', () => {
    expect(problemsOf({ pullPolicy: '{{ inputs.policy }}', delete: '{{ inputs.delete }}' })).toEqual([]);
    expect(() => readSettings({ pullPolicy: 'ALWAYS ' })).toThrow(/taskRunner\.pullPolicy: must be one of/);
  });

  test('values that are right are taken', async () => {
    const amounts = ['500m', '2', '1.5', '64Mi', '1Gi', '100k', '1e3', '0.1'];
    for (const amount of amounts) {
      expect(await refusalOf(nested('resources.limit.memory', amount))).toBe('nothing');
    }
    expect(await refusalOf({ podSpec: '{"hostNetwork": true}', waitForLogs: 'PT0S', delete: 'false' })).toBe('nothing');
  });
});
