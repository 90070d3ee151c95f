/** Every error code is reached, has a page, and is in the list. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from './command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-codes-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const log = (id: string, more = 'message: hi') => `  - {id: ${id}, type: io.kestra.plugin.core.log.Log, ${more}}\n`;
const head = 'id: first\nnamespace: company.team\n';
const tasks = `tasks:\n${log('a')}`;
const good = head + tasks;
const dag = (items: string) =>
  `${head}tasks:\n  - id: d\n    type: io.kestra.plugin.core.flow.Dag\n    tasks:\n${items}`;

const bomb = Array.from({ length: 8 }, (_, i) => {
  const before = i === 0 ? 'x' : `*a${i - 1}`;
  return `a${i}: &a${i} [${Array(10).fill(before).join(', ')}]\n`;
}).join('');

/** A flow for each code that reading one can give. */
const flows: Readonly<Record<string, string>> = {
  'alias-bomb': bomb + good,
  cycle: `${head}inputs:\n  - {id: a, type: STRING, dependsOn: {inputs: [b]}}\n  - {id: b, type: STRING, dependsOn: {inputs: [a]}}\n${tasks}`,
  'dashed-reference': `${head}tasks:\n${log('my-task')}${log('b', 'message: "{{ outputs.my-task.value }}"')}`,
  'duplicate-id': `${head}tasks:\n${log('a')}${log('a')}`,
  'duplicate-key': `id: second\n${good}`,
  'empty-file': '# nothing\n',
  'invalid-duration': `${head}tasks:\n${log('a', 'message: hi, timeout: 5 minutes')}`,
  'invalid-format': `id: a b\nnamespace: company.team\n${tasks}`,
  'invalid-label': `${head}labels: {system.x: y}\n${tasks}`,
  'invalid-value': `${head}tasks:\n${log('a', 'message: hi, level: LOUD')}`,
  'missing-property': `${head}tasks:\n  - {id: a, type: io.kestra.plugin.core.log.Log}\n`,
  'not-a-flow': '- one\n- two\n',
  'not-built-yet': `${head}tasks:\n  - {id: a, type: io.kestra.plugin.gcp.bigquery.Query}\n`,
  'not-yaml': 'tasks: [a\nid: }\n',
  'old-name': `${good}taskDefaults: []\n`,
  'out-of-range': `${good}concurrency: {limit: 0}\n`,
  'recursive-flow': `${head}tasks:\n  - {id: a, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: first}\n`,
  'secret-in-script': `${head}tasks:\n  - {id: a, type: io.kestra.plugin.scripts.shell.Commands, commands: ["echo {{ secret('A') }}"]}\n`,
  'template-syntax': `${head}tasks:\n${log('a', 'message: "{{ 1 + }}"')}`,
  'too-deep': `${head}variables: {a: ${'['.repeat(2000)}${']'.repeat(2000)}}\n${tasks}`,
  'too-large': `${good}description: "${'x'.repeat(20_000_000)}"\n`,
  'unknown-alias': `${head}labels: *common\n${tasks}`,
  'unknown-input': `${head}inputs:\n  - {id: a, type: STRING, dependsOn: {inputs: [bb]}}\n${tasks}`,
  'unknown-property': `${head}tasks:\n${log('a', 'mesage: hi')}`,
  'unknown-task': dag(
    '      - task: {id: a, type: io.kestra.plugin.core.log.Log, message: hi}\n        dependsOn: [zz]\n',
  ),
  'unknown-type': `${head}tasks:\n  - {id: a, type: io.kestra.plugin.core.log.Logg}\n`,
  'wrong-type': `${head}tasks: hello\n`,
};

interface Refused {
  readonly error: { readonly code: string };
  readonly violations: readonly { readonly code?: string }[];
}

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function refused(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Refused> {
  const { out, code } = await command([...args, '--json'], environment);
  expect(code).toBe(2);
  return JSON.parse(out) as Refused;
}

const state = () => ['--state', join(folder, 'state')];

/** A command line for each code of a refusal, and of a problem of a configuration. */
const commands: Readonly<Record<string, () => Promise<Refused>>> = {
  'bad-argument': async () => refused(['run', await file('f.yaml', good), '-i', 'novalue']),
  'disabled-flow': async () => refused(['run', await file('f.yaml', `${good}disabled: true\n`)]),
  'invalid-flow': async () => refused(['run', await file('f.yaml', 'x: 1\n')]),
  'invalid-inputs': async () =>
    refused(['run', await file('f.yaml', `${head}inputs: [{id: a, type: INT}]\n${tasks}`), '--ephemeral']),
  'unreadable-file': () => refused(['run', join(folder, 'none.yaml')]),
  'unknown-execution': () => refused(['run', '--rerun-failed', 'none', ...state()]),
  'unusable-state': async () => refused(['run', await file('f.yaml', good), '--state', await file('plain', '')]),
  'not-restartable': async () => refused(['run', '--rerun-failed', await ended(), ...state()]),
  'not-resumable': async () => refused(['resume', await ended(), ...state()]),
  'invalid-configuration': async () => {
    const config = await file('c.yaml', 'kestra: {encryption: {secret-key: [1]}}');
    return refused(['run', await file('f.yaml', good), '--config', config]);
  },
  'missing-variable': async () => {
    const config = await file('c.yaml', `kestra: {encryption: {secret-key: "\${NO_SUCH_VARIABLE}"}}`);
    return refused(['run', await file('f.yaml', good), '--config', config]);
  },
  'invalid-secret': async () =>
    refused(['run', await file('f.yaml', good), '--secrets', await file('s.env', 'this is no line\n')]),
};

async function ended(): Promise<string> {
  await mkdir(join(folder, 'state'), { recursive: true });
  const { out } = await command(['run', await file('f.yaml', good), '--json', ...state()]);
  return (JSON.parse(out) as { id: string }).id;
}

describe('a problem of a flow', () => {
  test.each(Object.entries(flows))('%s', async (code, text) => {
    const { out } = await command(['validate', await file('flow.yaml', text), '--json']);
    const [{ problems }] = JSON.parse(out) as [{ problems: { code: string }[] }];
    expect(problems.map(problem => problem.code)).toContain(code);
  });
});

describe('a refusal', () => {
  test.each(Object.entries(commands))('%s', async (code, act) => {
    const { error, violations } = await act();
    expect([error.code, ...violations.map(violation => violation.code)]).toContain(code);
  });

  test('expression-error', async () => {
    const { code, err } = await command(['eval', '{{ nothing }}']);
    expect(code).toBe(2);
    expect(err).toContain('nothing');
  });

  test('fault', async () => {
    const { out, err } = await command(['run', await file('f.yaml', good), '--json', '--ephemeral'], {}, () => {
      throw new Error('broken machine');
    });
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'fault', message: 'broken machine' } });
    expect(err).toContain('fault of Windlass');
  });
});

test('every code has a page that the list names, and every page a code that is reached', async () => {
  const reached = [...Object.keys(flows), ...Object.keys(commands), 'expression-error', 'fault'].toSorted();
  const pages = (await readdir('docs/errors')).filter(name => name !== 'README.md').map(name => name.slice(0, -3));
  expect(pages.toSorted()).toEqual(reached);
  const list = await readFile('docs/errors/README.md', 'utf8');
  expect(reached.filter(code => !list.includes(`[${code}](${code}.md)`))).toEqual([]);
});

test('no other code is in the source', async () => {
  const pages = new Set((await readdir('docs/errors')).map(name => name.slice(0, -3)));
  const unknown: string[] = [];
  for (const part of ['src/flow', 'src/config', 'src/cli']) {
    for (const name of (await readdir(part, { recursive: true })).filter(path => path.endsWith('.ts'))) {
      const text = await readFile(join(part, name), 'utf8');
      const uses = text.matchAll(
        /(?:\bcode: (?:\w[^,?\n]*\? )?|new Refusal\(\s*|\breport\(\s*|\bwrong\(\s*)'([a-z]+(?:-[a-z]+)*)'/g,
      );
      unknown.push(
        ...[...uses].flatMap(([, code = '']) => (pages.has(code) || code === 'custom' ? [] : [`${name}: ${code}`])),
      );
    }
  }
  expect(unknown).toEqual([]);
});
