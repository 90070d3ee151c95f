/**
 * `kill -9` of a run at random moments, and of what resumes it, gives the undisturbed result: the same states and
 * outputs, and each log line exactly once. 20 rounds, 100 with --full.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { comparable, type Given } from '../conformance/comparable.ts';
import { dockerUnderTest } from '../docker/engine.ts';
import { full } from '../full.ts';
import { useSandbox } from './sandbox.ts';
import { docker, log, returns, sh } from './tasks.ts';

const sandbox = useSandbox();
const engine = await dockerUnderTest();
const rounds = full ? 50 : 10;

type Script = typeof sh;

function flow(script: Script) {
  const count = (name: string) => `for i in 1 2 3 4 5 6 7 8; do echo "${name} $i"; sleep 0.02; done`;
  return {
    outputs: [{ id: 'all', type: 'STRING', value: '{{ outputs.read.vars.text }}' }],
    tasks: [
      script('make', [count('make'), 'echo made > made.txt', `echo '::{"outputs":{"n":1}}::'`], {
        outputFiles: ['*.txt'],
      }),
      {
        id: 'parallel',
        type: 'io.kestra.plugin.core.flow.Parallel',
        tasks: [script('left', [count('left')]), script('right', [count('right'), 'echo wrong >&2'])],
      },
      {
        id: 'each',
        type: 'io.kestra.plugin.core.flow.ForEach',
        values: ['a', 'b'],
        tasks: [returns('value', '{{ taskrun.value }}-{{ outputs.make.vars.n }}')],
      },
      script('read', ['cat in.txt', `echo "::{\\"outputs\\":{\\"text\\":\\"$(cat in.txt)\\"}}::"`], {
        inputFiles: { 'in.txt': "{{ outputs.make.outputFiles['made.txt'] }}" },
      }),
      log('end', '{{ outputs.value.b.value }}'),
    ],
  };
}

/** What must be the same: everything but the order in which parallel tasks spoke, the URIs of files, and times. */
function essence(given: Given): object {
  const text = JSON.stringify({
    ...given,
    logs: given.logs
      .filter(({ level, taskId }) => level === 'INFO' || taskId === 'right')
      .map(({ level, taskId, message }) => `${taskId} ${level} ${message}`)
      .sort(),
    // Timers tell how long it took.
    metrics: given.metrics
      .filter(({ type }) => type !== 'timer')
      .map(metric => JSON.stringify(metric))
      .sort(),
    taskRuns: given.taskRuns.map(run => JSON.stringify(run)).sort(),
  });
  return JSON.parse(text.replaceAll(/kestra:\/\/\/[^"\\]*/g, '<uri>')) as object;
}

describe.each([
  ['local processes', sh, true],
  ['containers', docker, !('unavailable' in engine)],
] as const)('%s', (_, script, available) => {
  test.skipIf(!available)(`${rounds} kills at random moments`, { timeout: rounds * 20_000 }, async () => {
    const file = sandbox().flow(flow(script));
    const began = Date.now();
    const undisturbed = essence(comparable((await sandbox().run(['run', file, '--json'])).out));
    const duration = Date.now() - began;
    expect(undisturbed).toMatchObject({ state: 'SUCCESS', outputs: { all: 'made' } });
    for (let round = 0; round < rounds; round++) {
      const moment = 60 + Math.random() * (duration - 60);
      const run = sandbox().start(['run', file, '--json']);
      await sleep(moment);
      run.kill('SIGKILL');
      const killed = await run.ended;
      let out = killed.out;
      if (killed.signal !== null) {
        // Every other time the one that takes over is killed too.
        if (round % 2 === 0) {
          const resumer = sandbox().start(['resume']);
          await sleep(60 + Math.random() * 300);
          resumer.kill('SIGKILL');
          await resumer.ended;
        }
        const resumed = await sandbox().run(['resume', '--json']);
        expect(resumed.err).not.toMatch(/fault of Windlass/);
        const documents = JSON.parse(resumed.out) as object[];
        if (documents.length === 0) {
          // Killed before there was an execution, or after its end.
          const [last] = await sandbox().json<{ id: string; state: string }[]>('list', '--limit', '1');
          out = (await sandbox().run(['show', last?.id ?? '', '--json'])).out;
        } else out = JSON.stringify(documents[0]);
      }
      const given = comparable(out);
      const errors = given.logs.filter(({ level }) => level === 'ERROR').map(({ message }) => message);
      const told = `killed after ${Math.round(moment)} ms; errors: ${errors.join('; ')}`;
      expect(essence(given), told).toEqual(undisturbed);
      expect(await sandbox().leftovers(), told).toEqual([]);
    }
  });
});
