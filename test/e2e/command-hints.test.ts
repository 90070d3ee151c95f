/** What is suggested names the state folder that was given: pasted as it is, it finds the execution. 2 s. */
import { expect, test } from 'vitest';
import { useSandbox } from './sandbox.ts';

const sandbox = useSandbox();
const pause = { id: 'p', type: 'io.kestra.plugin.core.flow.Pause' };

/** The command that stands behind `go on with:`, as a shell splits it. */
function suggested(text: string): string[] {
  const [, command = ''] = /go on with: windlass (.*)$/m.exec(text) ?? [];
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

test('run, resume and --rerun-failed suggest the command with --state, quoted where a shell would split it', async () => {
  const state = ['--state', 'my state'];
  const flow = sandbox().flow({ tasks: [pause, { ...pause, id: 'q' }] });
  const run = sandbox().start(['run', flow, ...state]);
  await run.says(/go on with: .*\n/);
  run.kill('SIGKILL');
  const first = suggested((await run.ended).err);
  expect(first).toEqual(['resume', expect.stringMatching(/^\w{22}$/), ...state]);

  const resumed = sandbox().start(first);
  await resumed.says(/go on with: .*\n/);
  resumed.kill('SIGKILL');
  const second = suggested((await resumed.ended).err);
  expect(second).toEqual(first);

  expect((await sandbox().run(second)).code).toBe(0);
  for (const command of [['resume'], ['run', '--rerun-failed']]) {
    const { err } = await sandbox().run([...command, 'nobody', ...state]);
    expect(err).toContain("windlass list --state 'my state'\n");
  }
});

test('between the rounds of a LoopUntil nothing waits for anybody', async () => {
  const type = 'io.kestra.plugin.core.flow.LoopUntil';
  const checkFrequency = { interval: 'PT0.01S', maxIterations: 2 };
  const round = { id: 'r', type: 'io.kestra.plugin.core.log.Log', message: 'round' };
  const tasks = [{ id: 'l', type, condition: '{{ false }}', checkFrequency, tasks: [round] }];
  const { err } = await sandbox().run(['run', sandbox().flow({ tasks })]);
  expect(err.match(/round/g)).toHaveLength(2);
  expect(err).not.toContain('PAUSED');
});
