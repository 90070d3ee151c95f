/** Disks that are full: said in words, and nothing is left but what `resume` needs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerUnderTest, testImage } from '../docker/engine.ts';
import { testCluster } from '../kubernetes/cluster.ts';
import { useSandbox } from './sandbox.ts';

const sandbox = useSandbox();
const engine = await dockerUnderTest();
const shell = 'io.kestra.plugin.scripts.shell.Commands';
const local = { type: shell, taskRunner: { type: 'io.kestra.plugin.core.runner.Process' } };

const cluster = testCluster();
if (!('unavailable' in cluster)) cluster.client.close();
const containers = [
  {
    where: 'a container',
    type: 'io.kestra.plugin.scripts.runner.docker.Docker',
    unavailable: 'unavailable' in engine ? engine.unavailable : undefined,
    env: {},
  },
  {
    where: 'a pod',
    type: 'io.kestra.plugin.ee.kubernetes.runner.Kubernetes',
    unavailable: 'unavailable' in cluster ? cluster.unavailable : undefined,
    env: 'unavailable' in cluster ? {} : { KUBECONFIG: cluster.kubeconfig },
  },
];

/** A disk of 2 MB; undefined where none may be mounted. */
let disk: string | undefined;
beforeEach(() => {
  const folder = sandbox().path('disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', folder], { stdio: 'pipe' });
    disk = folder;
  } catch (error) {
    disk = undefined;
    console.warn(`SKIPPED: no small disk can be mounted: ${(error as Error).message}`);
  }
});
afterEach(() => {
  if (disk !== undefined) execFileSync('umount', [disk]);
});

/** Runs with working directories on the small disk. */
function runThere(flow: string, env: Readonly<Record<string, string>> = {}) {
  sandbox().write('config.yaml', `kestra:\n  tasks: {tmp-dir: {path: ${disk}}}\n`);
  return sandbox().run(['run', flow, '--config', 'config.yaml'], { env });
}

describe('a disk without space', () => {
  it('for working directories: a local process fails in its own words, and what it wrote is kept elsewhere', async context => {
    if (disk === undefined) return context.skip();
    const commands = ['echo begin', 'head -c 5000000 /dev/zero > big.bin', 'echo never'];
    const ended = await runThere(sandbox().flow({ tasks: [{ id: 't', ...local, commands, outputFiles: ['*.bin'] }] }));
    expect(ended.code).toBe(1);
    expect(ended.err + ended.out).toContain('No space left on device');
    expect(ended.out).toContain('big.bin');
    expect(ended.err).not.toMatch(/\n\s+at |fault of Windlass/);
    expect(readdirSync(disk)).toEqual([]);
  });

  it('for input files: the task fails, and says where', async context => {
    if (disk === undefined) return context.skip();
    const make = { ...local, commands: ['head -c 1500000 /dev/zero > a'], outputFiles: ['a'] };
    const uri = '{{ outputs.make.outputFiles.a }}';
    const inputFiles = { a: uri, b: uri };
    const tasks = [
      { id: 'make', ...make },
      { id: 'take', ...local, inputFiles, commands: ['echo never'] },
    ];
    const ended = await runThere(sandbox().flow({ tasks }));
    expect(ended.code).toBe(1);
    expect(ended.err + ended.out).toMatch(/No space is left on the device of .*\/b\. Free some space/);
    expect(ended.err).not.toMatch(/\n\s+at |fault of Windlass/);
    expect(readdirSync(disk)).toEqual([]);
  });

  it.for(containers)(
    'for files from $where: the task fails, and nothing is left',
    async ({ type, unavailable, env }, context) => {
      if (disk === undefined || unavailable !== undefined) return context.skip(unavailable);
      const taskRunner = { type, pullPolicy: 'NEVER' };
      const commands = ['head -c 5000000 /dev/zero > big.bin', 'echo made'];
      const task = { id: 't', type: shell, taskRunner, containerImage: testImage, commands, outputFiles: ['*.bin'] };
      const ended = await runThere(sandbox().flow({ tasks: [task] }), env);
      expect(ended.code).toBe(1);
      expect(ended.err + ended.out).toMatch(/No space is left on the device of/);
      expect(ended.err).not.toMatch(/\n\s+at |fault of Windlass/);
      expect(readdirSync(disk)).toEqual([]);
    },
  );

  it('for the state: the run ends in words, and goes on once there is space', async context => {
    if (disk === undefined) return context.skip();
    const commands = ['echo begin', 'head -c 5000000 /dev/zero > big.bin'];
    const flow = sandbox().flow({ tasks: [{ id: 't', ...local, commands }] });
    const state = join(disk, 'state');
    const ended = await sandbox().run(['run', flow, '--state', state]);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/windlass\.db cannot grow: the disk is full\. Free some space/);
    expect(ended.err).not.toMatch(/\n\s+at |fault of Windlass/);

    const [execution = ''] = readdirSync(join(state, 'work'));
    const [attempt = ''] = readdirSync(join(state, 'work', execution));
    rmSync(join(state, 'work', execution, attempt, 'big.bin'));
    const resumed = await sandbox().run(['resume', '--state', state]);
    expect(resumed.code).toBe(1);
    // What the program ended with is known, although the disk was full then.
    expect(resumed.err + resumed.out).toMatch(/Command failed with exit code \d+/);
    expect([readdirSync(join(state, 'work')), readdirSync(join(state, 'runs'))]).toEqual([[], []]);
  });
});
