/** An `--ephemeral` run whose process was killed: nobody can go on with it, and `doctor --sweep` finds what it left. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { makeTemporaryState } from '../../src/cli/temporary-state.ts';
import { openStore } from '../../src/store/sqlite/index.ts';
import { dockerUnderTest } from '../docker/engine.ts';
import { useSandbox } from './sandbox.ts';
import { docker, sh } from './tasks.ts';

const sandbox = useSandbox();
const noEngine = 'unavailable' in (await dockerUnderTest());
const endless = ['echo up', 'sleep 300'];

async function isEndedBySweep(task: object): Promise<void> {
  const run = sandbox().start(['run', sandbox().flow({ tasks: [task] }), '--ephemeral']);
  await run.says('up');
  run.kill('SIGKILL');
  await run.ended;
  const looked = await sandbox().run(['doctor', '--sweep', '--dry-run']);
  expect(looked.out).toMatch(/^would remove \S+ {2}io\.kestra/m);
  expect(await sandbox().leftovers()).not.toEqual([]);
  const swept = await sandbox().run(['doctor', '--sweep']);
  expect(swept.out).toMatch(/^removed \S+ {2}io\.kestra/m);
  expect(swept.code).toBe(0);
}

test('a local process of it is ended', () => isEndedBySweep(sh('a', endless)));

test.skipIf(noEngine)('a container of it is ended', () => isEndedBySweep(docker('a', endless)));

test('one that still runs is left alone', async () => {
  const run = sandbox().start([
    'run',
    sandbox().flow({ tasks: [sh('a', ['echo up', 'sleep 3', 'echo through'])] }),
    '--ephemeral',
  ]);
  await run.says('up');
  expect((await sandbox().run(['doctor', '--sweep'])).out).toBe('Nothing to remove.\n');
  expect(readdirSync(sandbox().path('tmp'))).toHaveLength(1);
  const ended = await run.ended;
  expect(ended.out + ended.err).toContain('through');
  expect(ended.code).toBe(0);
});

test('so is one that has only made its state folder, and has no execution yet', async () => {
  vi.stubEnv('TMPDIR', sandbox().path('tmp'));
  const dir = await makeTemporaryState().finally(() => vi.unstubAllEnvs());
  const store = await openStore(dir, { ephemeral: true });
  expect((await sandbox().run(['doctor', '--sweep'])).code).toBe(0);
  expect(existsSync(dir)).toBe(true);
  await store.close();
  rmSync(dir, { recursive: true });
});
