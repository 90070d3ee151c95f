/** The disk of the state folder is full when a container's files are brought back. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { docker, dockerUnderTest, mainEngine, testImage } from '../docker/engine.ts';

const run = promisify(execFile);
const real = await dockerUnderTest();
const mayMount = process.getuid?.() === 0 && process.platform === 'linux';
if ('unavailable' in real) console.warn(`SKIPPED: a full disk: ${real.unavailable}`);
else if (!mayMount) console.warn('SKIPPED: a full disk: only root can mount a small one');

describe.skipIf('unavailable' in real || !mayMount)('a full disk', () => {
  let folder = '';

  afterEach(async () => {
    await run('umount', [join(folder, 'disk')]);
    await rm(folder, { recursive: true });
  });

  test('fails the task with one message, leaves no container, and the state can be used again', async () => {
    folder = await mkdtemp(join(tmpdir(), 'windlass-full-disk-'));
    const [disk, flow] = [join(folder, 'disk'), join(folder, 'flow.yaml')];
    await run('mkdir', [disk]);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
    await writeFile(
      flow,
      `id: full-disk
namespace: windlass.faults
inputs: [{id: size, type: INT}]
tasks:
  - id: large
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: ${testImage}
    taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, networkMode: none}
    outputFiles: [large.bin]
    commands: ['head -c {{ inputs.size }} /dev/zero > large.bin', 'echo written']
`,
    );
    const main = join(import.meta.dirname, '../../src/main.ts');
    const windlass = async (...args: string[]) => {
      const argv = ['--disable-warning=ExperimentalWarning', main, ...args, '--state', join(disk, 'state')];
      const env = { ...process.env, ...mainEngine.env };
      return run(process.execPath, argv, { env }).then(
        ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
        ({ code, stdout, stderr }) => ({ code, said: String(stdout) + stderr }),
      );
    };
    const full = await windlass('run', flow, '--plain', '--input', 'size=40000000');
    expect(full.code, full.said).toBe(1);
    expect(full.said).toContain('written');
    expect(full.said.match(/No space is left on the device of .*state.*Free some space/g)).toHaveLength(1);
    expect(full.said).not.toMatch(/\n {4}at |fault of Windlass/);
    expect(await docker('ps', '-aq', '--filter', 'label=kestra.io/namespace=windlass.faults')).toBe('');
    const small = await windlass('run', flow, '--plain', '--input', 'size=1000');
    expect(small.code, small.said).toBe(0);
    expect((await windlass('list')).said).toMatch(/SUCCESS[\s\S]*FAILED|FAILED[\s\S]*SUCCESS/);
  });
});
