/** A run is cancelled while its image is pulled, and while its files are brought back: soon, and nothing stays. */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { dockerUnderTest, docker as engineCommand } from '../docker/engine.ts';
import { useSandbox } from '../e2e/sandbox.ts';
import { docker, type ExecutionDocument } from '../e2e/tasks.ts';

const sandbox = useSandbox();
const engine = await dockerUnderTest();
if ('unavailable' in engine) console.warn(`SKIPPED: Docker: ${engine.unavailable}`);

describe.skipIf('unavailable' in engine)('cancelled', () => {
  test('while the registry does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => silent.once('listening', resolve));
    try {
      const asked = new Promise(resolve => silent.once('connection', resolve));
      const { port } = silent.address() as { port: number };
      const taskRunner = { type: 'io.kestra.plugin.scripts.runner.docker.Docker' };
      const task = docker('a', ['true'], { containerImage: `127.0.0.1:${port}/team/app:1`, taskRunner });
      const run = sandbox().start(['run', sandbox().flow({ tasks: [task] }), '--json']);
      await asked;
      const began = performance.now();
      run.kill('SIGINT');
      const { code, out } = await run.ended;
      expect(performance.now() - began).toBeLessThan(20_000);
      expect(code).toBe(130);
      const { taskRunList } = JSON.parse(out) as ExecutionDocument;
      expect(taskRunList).toEqual([expect.objectContaining({ state: expect.objectContaining({ current: 'KILLED' }) })]);
    } finally {
      silent.close();
    }
  });

  test('while files are brought back: what was declared is kept, and neither exit code nor vars', async () => {
    const commands = [`echo '::{"outputs":{"n":1}}::'`, 'head -c 250000000 /dev/zero > large', 'exit 3'];
    const file = sandbox().flow({ tasks: [docker('a', commands, { outputFiles: ['large'] })] });
    const run = sandbox().start(['run', file, '--json']);
    const label = `label=kestra.io/namespace=${sandbox().namespace}`;
    while (!(await engineCommand('ps', '-aq', '--filter', label, '--filter', 'status=exited'))) await sleep(20);
    run.kill('SIGINT');
    const { code, out } = await run.ended;
    expect(code).toBe(130);
    const { taskRunList } = JSON.parse(out) as ExecutionDocument;
    expect(taskRunList[0]?.state.current).toBe('KILLED');
    expect(Object.keys(taskRunList[0]?.outputs ?? {})).toEqual(['outputFiles']);
  });
});
