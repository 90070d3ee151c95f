/** Networks and ports by what can be reached through them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Trial } from '../contract/runner/harness.ts';
import { anyPort, docker, dockerUnderTest, mainEngine, testImage } from './engine.ts';
import { useTrials } from './trials.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real)('networks', () => {
  const trials = useTrials('networks');
  const { owner } = trials;
  const network = `windlass-test-${owner}`;
  const server = `windlass-server-${owner}`;

  beforeAll(async () => {
    await docker('network', 'create', network);
    const serve = 'mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8000 -h /www';
    await docker('run', '-d', '--name', server, '--network', network, testImage, 'sh', '-c', serve);
  });
  afterAll(async () => {
    await docker('rm', '-fv', server);
    await docker('network', 'rm', network);
  });

  async function trial(script: string, config: object): Promise<Trial> {
    return await trials.make(mainEngine.underTest(config), { script });
  }

  test.for([
    ['another container’s', `container:${server}`, '127.0.0.1'],
    ['one with a name, whose containers know each other by theirs', network, server],
  ] as const)('%s', async ([, networkMode, host]) => {
    const one = await trial(`wget -q -O - http://${host}:8000/`, { networkMode });
    expect(await one.live()).toMatchObject({ stdout: ['hello'], outcome: { exitCode: 0 } });
  });

  test('portBindings: the program is reached from this machine', async () => {
    const port = anyPort();
    const script = 'mkdir /www; echo from inside > /www/index.html; exec httpd -f -p 80 -h /www';
    const run = await (await trial(script, { portBindings: [`127.0.0.1: ${port}: 80`] })).started();
    const said = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
    let text = await said().catch(() => '');
    for (let look = 0; text === '' && look < 50; look++) {
      await sleep(100);
      text = await said().catch(() => '');
    }
    await run.dispose();
    expect(text).toBe('from inside\n');
    await expect(said()).rejects.toThrow();
  });
});
