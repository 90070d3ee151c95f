/** Signals cancel and clean up, from the first moment; a second one leaves and says what is left. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { dockerUnderTest, docker as engineCommand } from '../docker/engine.ts';
import { type Ended, useSandbox } from './sandbox.ts';
import { docker, type ExecutionDocument, log, sh } from './tasks.ts';

const sandbox = useSandbox();
const engine = await dockerUnderTest();
const noEngine = 'unavailable' in engine;

const endless = ['echo up', 'sleep 300'];

function expectKilled({ code, err }: Ended): void {
  expect(err).not.toMatch(/\n\s+at |fault of Windlass/);
  expect(code).toBe(130);
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', signal => {
  test('cancels a local process', async () => {
    const run = sandbox().start([
      'run',
      sandbox().flow({ tasks: [sh('a', endless), log('b', 'never')] }),
      '--ephemeral',
    ]);
    await run.says('up');
    run.kill(signal);
    const ended = await run.ended;
    expectKilled(ended);
    expect(ended.out).toMatch(/KILLED/);
    expect(ended.err).not.toContain('never');
  });

  test.skipIf(noEngine)('cancels a container', async () => {
    const run = sandbox().start(['run', sandbox().flow({ tasks: [docker('a', endless)] }), '--ephemeral']);
    await run.says('up');
    run.kill(signal);
    expectKilled(await run.ended);
  });
});

test('the whole execution is in the document of a cancelled run', async () => {
  const tasks = [{ id: 'p', type: 'io.kestra.plugin.core.flow.Parallel', tasks: [sh('a', endless), sh('b', endless)] }];
  const run = sandbox().start(['run', sandbox().flow({ tasks }), '--json']);
  await run.says(/up[\s\S]*up/);
  run.kill('SIGINT');
  const { out, code } = await run.ended;
  const { state, taskRunList } = JSON.parse(out) as ExecutionDocument;
  expect(code).toBe(130);
  expect(state.histories.map(each => each.state)).toEqual(['CREATED', 'RUNNING', 'KILLING', 'KILLED']);
  expect(taskRunList.map(run => `${run.taskId} ${run.state.current}`)).toEqual(['p KILLED', 'a KILLED', 'b KILLED']);
});

/** A program in a container that is given a minute to end. */
function patient(...commands: readonly string[]): object {
  const type = 'io.kestra.plugin.scripts.runner.docker.Docker';
  return docker('a', commands, { taskRunner: { type, pullPolicy: 'NEVER', killGracePeriod: 'PT60S' } });
}

test.skipIf(noEngine)('a program that wants time to end gets its grace', async () => {
  const commands = ['trap "echo cleaned; exit 3" TERM', 'echo up', 'while true; do sleep 0.1; done'];
  const run = sandbox().start(['run', sandbox().flow({ tasks: [patient(...commands)] }), '--ephemeral']);
  await run.says('up');
  run.kill('SIGTERM');
  const ended = await run.ended;
  expectKilled(ended);
  expect(ended.err).toContain('cleaned');
});

test.skipIf(noEngine)('a terminal that closes hangs up several times; that is one signal', async () => {
  const commands = ['trap "sleep 1; echo cleaned; exit 3" TERM', 'echo up', 'while true; do sleep 0.1; done'];
  const run = sandbox().start(['run', sandbox().flow({ tasks: [patient(...commands)] })]);
  await run.says('up');
  run.kill('SIGHUP');
  await sleep(200);
  run.kill('SIGHUP');
  const ended = await run.ended;
  expectKilled(ended);
  expect(ended.err).toContain('cleaned');
});

test.each(Array.from({ length: 12 }, (_, i) => i * 25))(
  'a signal %i ms after the start leaves nothing',
  async delay => {
    const run = sandbox().start(['run', sandbox().flow({ tasks: [sh('a', endless)] }), '--ephemeral']);
    await sleep(delay);
    run.kill(delay % 50 === 0 ? 'SIGINT' : 'SIGTERM');
    const { code, signal, err } = await run.ended;
    expect(err).not.toMatch(/\n\s+at |fault of Windlass/);
    // Until Node has taken the signal over, it ends the process by itself: a shell sees 130 or 143 then.
    if (signal === null) expect(code).toBe(130);
  },
);

test.skipIf(noEngine).each([150, 300, 450])(
  'a signal %i ms after the start of a container leaves nothing',
  async delay => {
    const run = sandbox().start(['run', sandbox().flow({ tasks: [docker('a', endless)] }), '--ephemeral']);
    await sleep(delay);
    run.kill('SIGINT');
    const ended = await run.ended;
    // As above; on a busy machine Node has not begun after 150 ms.
    if (ended.signal === null) expectKilled(ended);
  },
);

test.skipIf(noEngine)('a second signal leaves at once and says how to clean up; resume does it', async () => {
  const commands = ['trap "" TERM', 'echo up', 'until [ -e stop ]; do sleep 0.1; done'];
  const run = sandbox().start(['run', sandbox().flow({ tasks: [patient(...commands)] })]);
  await run.says('up');
  run.kill('SIGINT');
  await sleep(200);
  const asked = Date.now();
  run.kill('SIGINT');
  const { code, err } = await run.ended;
  // Its grace is a minute.
  expect(Date.now() - asked).toBeLessThan(30_000);
  expect(code).toBe(130);
  expect(err).toMatch(/windlass resume \w+/);
  const resumed = sandbox().start(['resume']);
  await sleep(500);
  // It ignores SIGTERM, so it is ended by hand instead of waiting out its grace.
  for (const line of await sandbox().containers()) await engineCommand('kill', line.split(' ')[0] ?? '');
  const ended = await resumed.ended;
  expect(ended.out).toMatch(/KILLED/);
  expect(ended.code).toBe(130);
});
