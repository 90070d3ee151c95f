/** A real engine behind one that claims Docker 29's versions: it refuses whatever is older than 1.44. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Trial } from '../contract/runner/harness.ts';
import { containersOf, dockerUnderTest, mainEngine, makeRunner, removeContainersOf, testHost } from './engine.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real || !testHost.startsWith('unix://'))(
  'an engine that wants API 1.44 or newer',
  () => {
    const owner = `newer-${randomBytes(6).toString('hex')}`;
    const socketPath = join(tmpdir(), `windlass-newer-${process.pid}.sock`);
    const refused: string[] = [];
    const bodies: string[] = [];
    let trial: Trial | undefined;

    const server = createServer((asked, answer) => {
      const [, minor] = /^\/v1\.(\d+)\//.exec(asked.url ?? '') ?? [];
      const isPing = asked.url === '/_ping';
      if (!isPing && !(Number(minor) >= 44 && Number(minor) <= 52)) {
        refused.push(String(asked.url));
        const message = `client version 1.${minor} is too old. Minimum supported API version is 1.44`;
        answer.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
        return;
      }
      const path = asked.url?.replace(/^\/v[\d.]+/, '/v1.41');
      const { method, headers } = asked;
      const passed = request({ socketPath: testHost.slice('unix://'.length), method, path, headers }, real => {
        answer.writeHead(real.statusCode ?? 500, { ...real.headers, ...(isPing && { 'api-version': '1.52' }) });
        answer.flushHeaders();
        real.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      if (asked.url?.includes('/containers/create')) asked.on('data', chunk => bodies.push(String(chunk)));
      asked.pipe(passed);
    });

    beforeAll(() => new Promise<void>(resolve => server.listen(socketPath, resolve)));
    afterEach(async () => {
      await trial?.removeFolders();
      const left = await containersOf(owner);
      await removeContainersOf(owner);
      expect(left).toEqual([]);
    });
    afterAll(async () => {
      server.closeAllConnections();
      server.close();
      await rm(socketPath, { force: true });
    });

    test('a whole life, in a version that both know, without what newer versions refuse', async () => {
      const runner = makeRunner({ env: { DOCKER_HOST: `unix://${socketPath}` } });
      const config = { networkMode: 'none', memory: { memory: '64MB', kernelMemory: '8MB' } };
      const options = { script: 'cat in; cp in out; exit 4', files: { in: 'given\n' }, wanted: ['out'] };
      trial = await Trial.make({ ...mainEngine.underTest(config), runner }, owner, options);
      expect(await trial.live()).toMatchObject({ stdout: ['given'], outcome: { kind: 'exited', exitCode: 4 } });
      expect(refused).toEqual([]);
      expect(bodies.join('')).toContain('"Memory":67108864');
      expect(bodies.join('')).not.toContain('KernelMemory');
    });
  },
);
