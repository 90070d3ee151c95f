/** Windlass is killed by SIGKILL while a container task goes on: `resume` ends as if nothing had happened. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { docker, dockerUnderTest, mainEngine, testImage } from '../docker/engine.ts';
import { full } from '../full.ts';

const run = promisify(execFile);
const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);
const main = join(import.meta.dirname, '../../src/main.ts');
const node = [process.execPath, '--disable-warning=ExperimentalWarning', main] as const;
const env = { ...process.env, ...mainEngine.env };

/** Of the first moments after the start; a whole run takes about 3 s on a quiet machine. */
const moments = full ? Array.from({ length: 30 }, (_, index) => 250 + index * 110) : [500, 1_100, 2_400];

describe.skipIf('unavailable' in real)('killed', () => {
  let folder = '';

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test.for(moments)('after %i ms, and resumed: every line once, the same outputs, one container', async moment => {
    folder = await mkdtemp(join(tmpdir(), 'windlass-crash-'));
    const [flow, state] = [join(folder, 'flow.yaml'), join(folder, 'state')];
    await writeFile(
      flow,
      `id: crash
namespace: windlass.crash
tasks:
  - id: count
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: ${testImage}
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.Docker
      networkMode: none
    inputFiles:
      in.txt: given
    outputFiles: [out.txt]
    commands:
      - 'i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo "line $i"; sleep 0.08; done'
      - 'cat in.txt > out.txt; hostname >> out.txt'
      - 'echo "::{\\"outputs\\":{\\"answer\\":42}}::"'
  - id: read
    type: io.kestra.plugin.core.log.Log
    message: "answer {{ outputs.count.vars.answer }} of {{ read(outputs.count.outputFiles['out.txt']) }}"
`,
    );
    const [program, ...args] = node;
    const first = spawn(program, [...args, 'run', flow, '--state', state], { env, stdio: 'ignore' });
    const gone = new Promise(resolve => first.once('exit', resolve));
    await Promise.race([pause(moment), gone]);
    first.kill('SIGKILL');
    await gone;
    const list = async () =>
      JSON.parse((await run(program, [...args, 'list', '--json', '--state', state], { env })).stdout) as {
        id: string;
        state: string;
      }[];
    const [execution] = await list();
    // Killed before anything was stored: there is nothing to go on with, and no container.
    if (execution) {
      await run(program, [...args, 'resume', '--state', state], { env });
      expect((await list())[0]?.state).toBe('SUCCESS');
      const logs = (await run(program, [...args, 'logs', execution.id, '--json', '--state', state], { env })).stdout;
      const messages = logs
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as { message: string }).message);
      expect(messages.filter(text => text.startsWith('line '))).toEqual(
        Array.from({ length: 20 }, (_, index) => `line ${index + 1}`),
      );
      expect(messages.at(-1)).toMatch(/^answer 42 of given[0-9a-f]{12}/);
      await run(program, [...args, 'clean', '--state', state], { env });
    }
    expect(await docker('ps', '-aq', '--filter', 'label=kestra.io/namespace=windlass.crash')).toBe('');
  });
});
