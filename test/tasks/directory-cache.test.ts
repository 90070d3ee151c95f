/** `cache` of a WorkingDirectory, with real files and local processes. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Document, FlowHarness } from './flow-harness.ts';

let harness: FlowHarness;

beforeEach(() => {
  harness = new FlowHarness();
});

afterEach(() => harness.close());

const shell = (command: string) =>
  `{id: sh, type: io.kestra.plugin.scripts.shell.Commands, taskRunner: {type: io.kestra.plugin.core.runner.Process}, commands: [${JSON.stringify(command)}]}`;

const directory = (command: string, cache = '{patterns: ["lib/**"]}') => `
    type: io.kestra.plugin.core.flow.WorkingDirectory
    cache: ${cache}
    tasks:
      - ${shell(command)}`;

const run = (command: string, cache?: string) => harness.run(`tasks:\n  - id: wd${directory(command, cache)}\n`);

const said = ({ logs }: Document) => logs.filter(({ level }) => level === 'INFO').map(({ message }) => message);

const fill =
  'mkdir -p lib/bin && echo one > lib/one && chmod 755 lib/one && ln -s ../one lib/bin/tool && echo x > other';
const look = 'cat lib/bin/tool && ls -l lib/one | cut -c1-10 && ls';

it('brings the files that match along, with links and modes', async () => {
  expect((await run(fill)).state.current).toBe('SUCCESS');
  const found = said(await run(look));
  expect(found).toEqual(expect.arrayContaining(['one', '-rwxr-xr-x', 'lib']));
  expect(found).not.toContain('other');
});

it('is as old as its files: nothing is kept anew where nothing changed', async () => {
  await run(fill);
  const entry = 'kestra:///a/b/_cache/f/wd/directory/entry.json';
  const first = await harness.workspace.storage.getText(entry);
  await run(look);
  expect(await harness.workspace.storage.getText(entry)).toBe(first);
  await run('echo two > lib/two');
  expect(await harness.workspace.storage.getText(entry)).not.toBe(first);
  expect(said(await run('cat lib/one lib/two'))).toEqual(expect.arrayContaining(['one', 'two']));
  const files: string[] = [];
  for await (const uri of harness.workspace.storage.list('kestra:///a/b/_cache/')) files.push(uri);
  expect(files).toHaveLength(2);
});

it('ends at its ttl', async () => {
  await run(fill);
  expect(said(await run('ls', '{patterns: ["lib/**"], ttl: PT0S}'))).not.toContain('lib');
  expect(said(await run('ls', '{patterns: ["lib/**"], ttl: PT1H}'))).toContain('lib');
});

it('is kept for each value of a ForEach', async () => {
  const each = (command: string) =>
    harness.run(`tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [a, b]
    tasks:
      - id: wd${directory(command).replaceAll('\n', '\n    ')}
`);
  await each('mkdir lib && echo {{ parent.taskrun.value ?? taskrun.value }} > lib/v');
  expect(said(await each('cat lib/v'))).toEqual(expect.arrayContaining(['a', 'b']));
});

it('is kept when a task failed, as in Kestra', async () => {
  await run('mkdir lib && echo half > lib/h && false');
  expect(said(await run('cat lib/h'))).toContain('half');
});

it('refuses a pattern that cannot be read', async () => {
  const { state, logs } = await run('mkdir lib', '{patterns: ["lib/[a"]}');
  expect(state.current).toBe('FAILED');
  expect(logs.map(({ message }) => message).join()).toContain('lib/[a');
});
