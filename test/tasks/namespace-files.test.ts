import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putNamespaceFiles } from '../../src/cli/namespace-files.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { FlowHarness, outputsOf } from './flow-harness.ts';
import { TaskHarness } from './task-harness.ts';

describe('the tasks', () => {
  let harness: TaskHarness;
  beforeEach(() => {
    harness = new TaskHarness();
  });
  afterEach(() => harness.close());

  const files = (name: string, properties: ValueMap) =>
    harness.run(`io.kestra.plugin.core.namespace.${name}`, { namespace: 'a.b', ...properties });

  it('put files in, take them out, and delete them', async () => {
    mkdirSync(join(harness.workDir, 'sub'));
    writeFileSync(join(harness.workDir, 'x.py'), 'x');
    writeFileSync(join(harness.workDir, 'sub/y.py'), 'y');
    const uploaded = await files('UploadFiles', { files: ['**.py'], destination: '/lib' });
    expect(Object.keys(uploaded.outputs.files as ValueMap)).toEqual(['lib/sub/y.py', 'lib/x.py']);
    const taken = (await files('DownloadFiles', { files: 'lib/**', destination: 'here' })).outputs.files as ValueMap;
    expect(Object.keys(taken)).toEqual(['here/lib/sub/y.py', 'here/lib/x.py']);
    expect(await harness.storage.getText(String(taken['here/lib/x.py']))).toBe('x');
    expect((await files('DeleteFiles', { files: ['lib/x.py'] })).outputs.files).toEqual(['lib/x.py']);
    expect((await files('DeleteFiles', { files: ['**'] })).outputs.files).toEqual(['lib/sub/y.py']);
  });

  it('keep, replace or refuse what is there', async () => {
    await harness.storage.put('kestra:///ns/f/executions/e/new.txt', 'new');
    await harness.storage.put('kestra:///a/b/_files/a.txt', 'old');
    const map = { files: { 'a.txt': 'kestra:///ns/f/executions/e/new.txt' } };
    expect((await files('UploadFiles', { ...map, conflict: 'ERROR' })).failure).toContain("'a.txt'");
    expect((await files('UploadFiles', { ...map, conflict: 'SKIP' })).outputs).toEqual({ files: {} });
    expect(await harness.storage.getText('kestra:///a/b/_files/a.txt')).toBe('old');
    await files('UploadFiles', map);
    expect(await harness.storage.getText('kestra:///a/b/_files/a.txt')).toBe('new');
    expect((await files('UploadFiles', { files: { 'a.txt': 'kestra:///none' } })).failure).toContain('none');
  });
});

describe('a folder given with the command', () => {
  let harness: FlowHarness;
  beforeEach(() => {
    harness = new FlowHarness();
  });
  afterEach(() => harness.close());

  it('is seen by expressions, WorkingDirectory and scripts', async () => {
    const dir = join(harness.base, 'given');
    mkdirSync(join(dir, '.git'), { recursive: true });
    mkdirSync(join(dir, 'lib'));
    writeFileSync(join(dir, '.git/config'), '');
    writeFileSync(join(dir, 'hello.txt'), 'hello');
    writeFileSync(join(dir, 'lib/one.sh'), 'echo one');
    await harness.run('tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: x}]');
    await putNamespaceFiles(dir, 'a.b', harness.workspace.storage);
    await expect(putNamespaceFiles(join(dir, 'none'), 'a.b', harness.workspace.storage)).rejects.toThrow('none');
    const document = await harness.run(`
tasks:
  - {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ read('hello.txt') }}{{ read('nsfile:///hello.txt') == read('hello.txt') ? '' : 'other' }}"}
  - id: wd
    type: io.kestra.plugin.core.flow.WorkingDirectory
    namespaceFiles: {enabled: true, exclude: ["hello.txt"]}
    tasks:
      - id: sh
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner: {type: io.kestra.plugin.core.runner.Process}
        commands: ['echo "::{\\"outputs\\":{\\"said\\":\\"$(sh lib/one.sh)\\",\\"all\\":\\"$(find . -name "*.*" -type f | sort | tr "\\n" " ")\\"}}::"']`);
    expect(document.state.current).toBe('SUCCESS');
    expect(outputsOf(document, 'read').value).toBe('hello');
    expect(outputsOf(document, 'sh').vars).toEqual({ said: 'one', all: './lib/one.sh ' });
  });
});
