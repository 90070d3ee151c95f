/** The start-up snapshot of this checkout: what one process had in memory must not show in the next. 2 s. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { warmUp } from '../../src/cli/warm-up.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-snapshot-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function launch(args: readonly string[], env: Record<string, string> = {}): string {
  const { PATH = '' } = process.env;
  return execFileSync(join(root, 'windlass'), args, {
    cwd: folder,
    env: { PATH, HOME: folder, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('what is rehearsed for it succeeds', async () => {
  await warmUp();
});

test('the launcher makes one', () => {
  launch(['--version']);
  expect(existsSync(join(root, 'dist/start.blob'))).toBe(true);
});

test('two starts from it give different ids', () => {
  const flow = 'id: a\nnamespace: b\ntasks:\n  - {id: c, type: io.kestra.plugin.core.log.Log, message: hi}\n';
  writeFileSync(join(folder, 'flow.yaml'), flow);
  const ids = [0, 1].map(() => JSON.parse(launch(['run', 'flow.yaml', '--json', '--ephemeral', '--quiet'])).id);
  expect(new Set(ids).size).toBe(2);
  const random = [0, 1].map(() => launch(['eval', '{{ randomInt(0, 1000000000) }} {{ uuid() }} {{ nanoId() }}']));
  const [first = '', second = ''] = random;
  const words = second.split(' ');
  expect(first.split(' ').filter((word, index) => word === words[index])).toEqual([]);
});

test('time zone, environment and the day are those of the start', () => {
  const expression = '{{ "2026-11-20T12:00:00Z" | date("HH:mm") }} {{ secret("NAME") }} {{ now() | date("yyyy") }}';
  const said = launch(['eval', expression], { TZ: 'Asia/Tokyo', SECRET_NAME: Buffer.from('mine').toString('base64') });
  expect(said).toBe(`21:00 mine ${new Date().getFullYear()}\n`);
});

test("Node's modules that are imported when they are used are there", () => {
  const asking = (id: string, uri: string) =>
    `  - {id: ${id}, type: io.kestra.plugin.core.http.Request, uri: "${uri}", allowFailure: true}\n`;
  const flow = `id: a\nnamespace: b\ntasks:\n${asking('plain', 'http://127.0.0.1:1')}${asking('tls', 'https://127.0.0.1:1')}`;
  writeFileSync(join(folder, 'asking.yaml'), flow);
  const { logs } = JSON.parse(launch(['run', 'asking.yaml', '--json', '--ephemeral', '--quiet'])) as {
    logs: { level: string; message: string }[];
  };
  const errors = logs.filter(({ level }) => level === 'ERROR').map(({ message }) => message);
  expect(errors).toEqual([expect.stringContaining('ECONNREFUSED'), expect.stringContaining('ECONNREFUSED')]);
  expect(launch(['eval', '{{ randomPort() }}'])).toMatch(/^\d+\n$/);
});

test('what the start sets for itself reaches no program', () => {
  const process = '{type: io.kestra.plugin.core.runner.Process}';
  const command = 'echo "::{\\"outputs\\":{\\"set\\":\\"$GLIBC_TUNABLES\\"}}::"';
  const flow = `id: a
namespace: b
tasks:
  - id: c
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: ${process}
    commands:
      - ${command}
outputs:
  - {id: set, type: STRING, value: "{{ outputs.c.vars.set }}"}
`;
  writeFileSync(join(folder, 'tunables.yaml'), flow);
  const seen = (env: Record<string, string>) =>
    JSON.parse(launch(['run', 'tunables.yaml', '--json', '--ephemeral', '--quiet'], env)).outputs.set;
  expect(seen({})).toBe('');
  for (const own of ['glibc.malloc.check=0', 'glibc.malloc.hugetlb=1']) expect(seen({ GLIBC_TUNABLES: own })).toBe(own);
});
