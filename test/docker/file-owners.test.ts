/** Files of a container belong to the user who works in it. */
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunnerUnderTest } from '../contract/runner/index.ts';
import { docker, dockerUnderTest, testImage } from './engine.ts';
import { useTrials } from './trials.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real)('what is copied in belongs to', () => {
  const trials = useTrials('owners');
  /** Its user is `app`, 1234:4321. */
  const image = `windlass-test-${trials.owner}:latest`;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-owners-'));
    await writeFile(join(folder, 'passwd'), 'root:x:0:0::/:/bin/sh\napp:x:1234:4321::/:/bin/sh\n');
    const id = await docker('create', testImage, 'true');
    await docker('cp', join(folder, 'passwd'), `${id}:/etc/passwd`);
    await docker('commit', '--change', 'USER app', id, image);
    await docker('rm', id);
    await rm(folder, { recursive: true });
  });
  afterAll(async () => {
    await docker('rmi', image);
  });

  test.for([
    ['the image’s user', {}, '1234:4321'],
    ['a user by name, with a group', { user: 'app:7' }, '1234:7'],
    ['a user by number', { user: 1000 }, '1000:0'],
    ['a user by larger numbers than tar’s header holds', { user: '1000640000:3000000' }, '1000640000:3000000'],
    ['root', { user: 'root' }, '0:0'],
  ] as const)('%s', async ([, config, owner]) => {
    const under = {
      ...(real as RunnerUnderTest),
      image,
      config: { pullPolicy: 'NEVER', networkMode: 'none', ...config },
    };
    const script = 'stat -c %u:%g . sub sub/in.txt link run.sh; echo more >> sub/in.txt; touch sub/new; ./run.sh';
    const files = { 'sub/in.txt': 'in\n', 'run.sh': '#!/bin/sh\nid -u' };
    const one = await trials.make(under, { script, files, shared: true });
    // Windlass may run with a umask that keeps all others from reading.
    await chmod(join(one.spec.workDir, 'sub/in.txt'), 0o600);
    await chmod(join(one.spec.workDir, 'run.sh'), 0o700);
    await symlink('sub/in.txt', join(one.spec.workDir, 'link'));
    const [uid] = owner.split(':');
    expect(await one.live()).toMatchObject({ stderr: [], stdout: [...Array(5).fill(owner), uid] });
    expect(await readFile(join(one.spec.workDir, 'sub/in.txt'), 'utf8')).toBe('in\nmore\n');
  });
});
