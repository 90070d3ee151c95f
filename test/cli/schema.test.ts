/** The schema of flows, as an editor uses it. Starts one language server: 2 s of CPU time. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogFor } from '../../src/cli/catalog.ts';
import { flowJsonSchema } from '../../src/cli/schema/flow-json-schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { readFlows } from '../../src/flow/index.ts';
import { full } from '../full.ts';
import { LanguageServer } from './language-server.ts';

const schema = flowJsonSchema(catalogFor(loadConfig({ env: {} }).config, {}));
let folder: string;
let server: LanguageServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-schema-'));
  const path = join(folder, 'flow.schema.json');
  await writeFile(path, JSON.stringify(schema));
  server = await LanguageServer.start(path);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const lines = (...runner: string[]) =>
  [
    'id: first',
    'namespace: company.team',
    'tasks:',
    '  - id: a',
    '    type: io.kestra.plugin.scripts.shell.Commands',
    '    commands: ["echo hi"]',
    '    taskRunner:',
    ...runner.map(line => `      ${line}`),
    '',
  ].join('\n');
const docker = 'type: io.kestra.plugin.scripts.runner.docker.Docker';

describe('in an editor', () => {
  test('the properties of the chosen runner are offered, and no others', async () => {
    await server.open(lines(docker, ''));
    const offered = await server.completions({ line: 8, character: 6 });
    expect(offered).toEqual(expect.arrayContaining(['pullPolicy', 'networkMode', 'cpu', 'memory']));
    await server.open(lines('type: io.kestra.plugin.core.runner.Process', ''));
    expect(await server.completions({ line: 8, character: 6 })).not.toContain('pullPolicy');
  });

  test('a property that the chosen runner does not have is underlined where it stands', async () => {
    const wrong = await server.open(lines(docker, 'pullPolicey: ALWAYS'));
    expect(wrong.map(({ message }) => message).join()).toContain('pullPolicey');
    expect(wrong.map(({ range }) => range.start.line)).toContain(8);
    expect(await server.open(lines(docker, 'pullPolicy: ALWAYS'))).toEqual([]);
  });

  test('the description of a property is shown', async () => {
    await server.open(lines(docker, 'networkMode: host'));
    expect(await server.hover({ line: 8, character: 8 })).toContain('bridge');
  });

  test('an expression may stand for a value of another type', async () => {
    expect(await server.open(lines(docker, 'privileged: "{{ vars.x }}"', 'portBindings: "{{ vars.y }}"'))).toEqual([]);
  });
});

test('nothing is underlined in a flow that runs', async () => {
  const folders = 'test/conformance/flows';
  const catalog = catalogFor(loadConfig({ env: {} }).config, {});
  const paths = (await readdir(folders, { recursive: true })).filter(name => name.endsWith('.yaml')).sort();
  const accepted: [string, string][] = [];
  for (const path of paths) {
    const text = await readFile(join(folders, path), 'utf8');
    const { flows, problems } = readFlows({ name: path, text }, { catalog, pluginDefaults: [] });
    if (flows.length > 0 && problems.every(({ severity }) => severity !== 'error')) accepted.push([path, text]);
  }
  const chosen = accepted.filter((_, index) => full || index % 10 === 0);
  const underlined: Record<string, unknown> = {};
  for (const [path, text] of chosen) {
    const wrong = await server.open(text);
    if (wrong.length > 0) underlined[path] = wrong.map(({ message, range }) => `${range.start.line + 1}: ${message}`);
  }
  expect(chosen.length).toBeGreaterThan(10);
  expect(underlined).toEqual({});
}, 180_000);
