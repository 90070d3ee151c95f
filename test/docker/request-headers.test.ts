/** `config.HttpHeaders` reaches whoever stands before the engine, with every request of a run. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { never, Trial } from '../contract/runner/harness.ts';
import { containersOf, dockerUnderTest, mainEngine, makeRunner, removeContainersOf } from './engine.ts';
import { FaultProxy } from './fault-proxy.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real)('config.HttpHeaders', () => {
  const owner = `headers-${randomBytes(6).toString('hex')}`;
  let proxy = new FaultProxy();
  let one: Trial | undefined;

  beforeEach(async () => {
    proxy = new FaultProxy();
    await proxy.listen();
  });
  afterEach(async () => {
    await proxy.close();
    await one?.removeFolders();
    const left = await containersOf(owner);
    await removeContainersOf(owner);
    expect(left).toEqual([]);
  });

  test.for([
    ['a map', { HttpHeaders: { 'X-Meta-Token': 'token-1', 'User-Agent': 'a flow' } }],
    ['text', '{"HttpHeaders": {"X-Meta-Token": "token-1", "User-Agent": "a flow"}}'],
  ] as const)('given as %s goes with every request, and is in no handle and no refusal', async ([, config]) => {
    const runner = makeRunner({ env: { DOCKER_HOST: proxy.host } });
    const under = { ...mainEngine.underTest({ networkMode: 'none', config }), runner };
    one = await Trial.make(under, owner, { script: 'cat in > out', files: { in: 'x' }, wanted: ['out'] });
    const handle = await one.prepare();
    expect(JSON.stringify(handle)).not.toContain('token-1');
    const run = await one.open(handle);
    await run.start();
    for await (const _ of run.logs());
    await run.outcome(never);
    await run.fetch(never);
    await run.dispose();
    expect(proxy.heads.length).toBeGreaterThan(8);
    for (const head of proxy.heads) {
      expect(head).toMatch(/\r\nX-Meta-Token: token-1\r\n/);
      expect(head).toMatch(/\r\nUser-Agent: a flow\r\n/);
    }
    const elsewhere = await runner
      .prepare(one.spec, { config, host: 'unix:///nowhere/docker.sock' }, () => {}, never)
      .catch(error => String(error));
    expect(elsewhere).not.toContain('token-1');
  });
});
