/** A paused execution goes on when another process says so; an interrupted one when `resume` takes it over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { markedProcesses } from './marked-processes.ts';
import { useSandbox } from './sandbox.ts';
import { type ExecutionDocument, log, returns, sh } from './tasks.ts';

const sandbox = useSandbox();

const pause = { id: 'p', type: 'io.kestra.plugin.core.flow.Pause', onResume: [{ id: 'approved', type: 'BOOL' }] };
const paused = { tasks: [pause, returns('after', '{{ outputs.p.onResume.approved }}')] };

test('a paused execution says how to go on, and does when another process resumes it with inputs', async () => {
  const run = sandbox().start(['run', sandbox().flow(paused), '--json']);
  await run.says(/PAUSED[\s\S]*windlass resume \w+/);
  const id = /windlass resume (\w+)/.exec(run.err)?.[1] ?? '';
  expect((await sandbox().run(['list'])).out).toMatch(/PAUSED/);
  const told = await sandbox().run(['resume', id, '-i', 'approved=true']);
  expect(told.code).toBe(0);
  const ended = await run.ended;
  expect(ended.code).toBe(0);
  const { state, taskRunList } = JSON.parse(ended.out) as ExecutionDocument;
  expect(state.histories.map(each => each.state)).toEqual([
    'CREATED',
    'RUNNING',
    'PAUSED',
    'RESTARTED',
    'RUNNING',
    'SUCCESS',
  ]);
  expect(taskRunList[1]?.outputs).toEqual({ value: 'true' });
});

test('inputs that a Pause does not take are refused, and it stays paused', async () => {
  const run = sandbox().start(['run', sandbox().flow(paused)]);
  await run.says(/windlass resume \w+/);
  const id = /windlass resume (\w+)/.exec(run.err)?.[1] ?? '';
  const refused = await sandbox().run(['resume', id, '-i', 'aproved=true']);
  expect(refused.err).toMatch(/^-i aproved: no effect.* Did you mean approved\?$/m);
  expect(refused.err).toMatch(/missing required input.*\nGive it with: -i approved=VALUE$/m);
  expect(refused.code).toBe(2);
  run.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
});

test('a paused execution whose process was killed is resumed by id', async () => {
  const run = sandbox().start(['run', sandbox().flow(paused)]);
  await run.says(/windlass resume \w+/);
  const id = /windlass resume (\w+)/.exec(run.err)?.[1] ?? '';
  run.kill('SIGKILL');
  await run.ended;
  const { state, taskRunList } = await sandbox().json<ExecutionDocument>('resume', id, '-i', 'approved=false');
  expect(state.current).toBe('SUCCESS');
  expect(taskRunList[1]?.outputs).toEqual({ value: 'false' });
});

test('why a resumed execution failed is said with --quiet too', async () => {
  const fails = { id: 'fails', type: 'io.kestra.plugin.core.execution.Fail', errorMessage: 'broken' };
  const run = sandbox().start(['run', sandbox().flow({ tasks: [pause, fails] })]);
  await run.says(/windlass resume \w+/);
  const id = /windlass resume (\w+)/.exec(run.err)?.[1] ?? '';
  run.kill('SIGKILL');
  await run.ended;
  const { code, err, out } = await sandbox().run(['resume', id, '-i', 'approved=true', '--quiet']);
  expect(err).toMatch(/ERROR fails {2}broken\n$/);
  expect(out).toBe('');
  expect(code).toBe(1);
});

test('resume without anything to do', async () => {
  await sandbox().run(['run', sandbox().flow({ tasks: [log('a', 'hi')] })]);
  expect(await sandbox().run(['resume'])).toMatchObject({ code: 0, out: 'Nothing to resume.\n' });
  expect(await sandbox().run(['resume', '--json'])).toMatchObject({ code: 0, out: '[]\n' });
});

test('an ended execution is not resumed', async () => {
  const { id } = await sandbox().json<ExecutionDocument>('run', sandbox().flow({ tasks: [log('a', 'hi')] }));
  const { err, code } = await sandbox().run(['resume', id]);
  expect(err).toMatch(/has ended in state SUCCESS/);
  expect(code).toBe(2);
});

test('an execution that a living process carries out is not taken from it', async () => {
  const run = sandbox().start(['run', sandbox().flow({ tasks: [sh('a', ['echo up', 'sleep 1', 'echo down'])] })]);
  await run.says('up');
  expect(await sandbox().json('resume')).toEqual([]);
  const ended = await run.ended;
  expect(ended.code).toBe(0);
  expect(ended.err).toContain('down');
});

test('resume takes several interrupted executions over at once, and the programs go on meanwhile', async () => {
  const file = sandbox().flow({ tasks: [sh('a', ['echo up', 'sleep 1.5', 'echo down'])] });
  const runs = [1, 2].map(() => sandbox().start(['run', file]));
  for (const run of runs) {
    await run.says('up');
    run.kill('SIGKILL');
    await run.ended;
  }
  expect((await sandbox().run(['list'])).out.match(/RUNNING \(interrupted\)/g)).toHaveLength(2);
  // They end by themselves while nobody looks.
  await expect.poll(() => markedProcesses(sandbox().namespace), { timeout: 30_000 }).toEqual([]);
  const resumed = await sandbox().json<ExecutionDocument[]>('resume');
  for (const { state, logs } of resumed) {
    expect(state.current).toBe('SUCCESS');
    expect(logs.filter(({ level }) => level === 'INFO').map(({ message }) => message)).toEqual(['up', 'down']);
  }
  expect(resumed).toHaveLength(2);
});

test('the next try of an execution whose process was killed meanwhile', async () => {
  const fail = {
    id: 'a',
    type: 'io.kestra.plugin.core.execution.Fail',
    condition: '{{ execution.id == execution.originalId }}',
    retry: { type: 'constant', interval: 'PT1S', maxAttempts: 3, behavior: 'CREATE_NEW_EXECUTION' },
  };
  const run = sandbox().start(['run', sandbox().flow({ tasks: [fail] })]);
  for (let list = ''; !list.includes('RETRIED'); list = (await sandbox().run(['list'])).out) await sleep(50);
  run.kill('SIGKILL');
  await run.ended;
  const resumed = await sandbox().json<ExecutionDocument[]>('resume');
  expect(resumed.map(({ state }) => state.current)).toEqual(['SUCCESS']);
  expect((await sandbox().run(['list'])).out).not.toContain('interrupted');
});
