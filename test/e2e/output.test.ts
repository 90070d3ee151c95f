/** What the program writes, and what happens when nobody reads it. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { useSandbox } from './sandbox.ts';
import { type ExecutionDocument, log, returns, sh } from './tasks.ts';

const sandbox = useSandbox();

/** Speaks a lot, then leaves a file that says it came to its end. */
function talkative(): object {
  const path = sandbox().path('finished');
  return { tasks: [sh('a', ['seq 20000', 'sleep 0.3', `echo yes > ${path}`]), log('b', 'the end')] };
}

describe('a closed output never ends a run', () => {
  test.each<[string, string, number?]>([
    ['stderr after its first line', '$WINDLASS run flow.yaml 2>&1 >/dev/null | head -1'],
    ['both after their first line', '$WINDLASS run flow.yaml 2>&1 | head -1'],
    ['no stdout', '$WINDLASS run flow.yaml >&-'],
    ['no stderr', '$WINDLASS run flow.yaml 2>&-'],
    ['none at all', '$WINDLASS run flow.yaml >&- 2>&- <&-'],
    ['a document that nobody reads', '$WINDLASS run flow.yaml --json 2>/dev/null | head -c 1'],
    // It ends no run either; what called for the document learns that it is not there.
    ['a full disk', '$WINDLASS run flow.yaml --json >/dev/full', 1],
  ])('%s', async (_, command, expected = 0) => {
    sandbox().flow(talkative());
    const { code } = await sandbox().shell(`set -o pipefail; ${command}`);
    expect(code).toBe(expected);
    expect(readFileSync(sandbox().path('finished'), 'utf8')).toBe('yes\n');
    const [execution] = await sandbox().json<{ state: string }[]>('list');
    expect(execution?.state).toBe('SUCCESS');
  });
});

test('--json is exactly one document; what people read is on stderr', async () => {
  const file = sandbox().flow({ tasks: [sh('a', ['echo said', 'echo wrong >&2']), returns('b', 'x')] });
  const { out, err, code } = await sandbox().run(['run', file, '--json']);
  const { state, logs, taskRunList } = JSON.parse(out) as ExecutionDocument;
  expect(code).toBe(0);
  expect(state.current).toBe('SUCCESS');
  expect(out.endsWith('}\n')).toBe(true);
  const said = logs
    .filter(({ level }) => level !== 'DEBUG')
    .map(({ taskId, level, message }) => [taskId, level, message]);
  expect(said).toEqual(
    expect.arrayContaining([
      ['a', 'INFO', 'said'],
      ['a', 'ERROR', 'wrong'],
    ]),
  );
  expect(said).toHaveLength(2);
  expect(taskRunList[1]?.outputs).toEqual({ value: 'x' });
  expect(err).toMatch(/INFO +a +said/);
});

test('the log streams while the task runs', async () => {
  const run = sandbox().start([
    'run',
    sandbox().flow({ tasks: [sh('a', ['echo first', 'sleep 300'])] }),
    '--ephemeral',
  ]);
  await run.says('first');
  run.kill('SIGINT');
  await run.ended;
});

test('--quiet says nothing; --log-level chooses', async () => {
  const file = sandbox().flow({ tasks: [sh('a', ['echo info', 'echo error >&2'])] });
  expect(await sandbox().run(['run', file, '--quiet'])).toMatchObject({ code: 0, out: '', err: '' });
  const { err } = await sandbox().run(['run', file, '--log-level', 'error']);
  expect(err).toContain('error');
  expect(err).not.toContain('INFO');
});

test('a terminal gets colours, but not with NO_COLOR, and neither does a pipe', async () => {
  sandbox().flow({ tasks: [log('a', 'hi')] });
  const onTerminal = (env: string) =>
    sandbox().shell(`${env} script -qec "$WINDLASS run flow.yaml --ephemeral" /dev/null`);
  const shown = (text: string) => text.replaceAll('\u001b', 'ESC');
  const colour = /ESC\[[1-9]\d*m/;
  expect(shown((await onTerminal('TERM=xterm')).out)).toMatch(colour);
  expect(shown((await onTerminal('TERM=xterm NO_COLOR=1')).out)).not.toMatch(colour);
  expect((await sandbox().run(['run', 'flow.yaml', '--ephemeral'])).err).not.toContain('\u001b');
});

test("a script's control characters are shown, not obeyed", async () => {
  const file = sandbox().flow({ tasks: [sh('a', ["printf 'a\\033[2Jb\\007c\\n'"])] });
  const { err, out } = await sandbox().run(['run', file, '--ephemeral']);
  expect(err + out).not.toContain('\u001b');
  expect(err + out).not.toContain('\u0007');
});

test('the end shows states, outputs and where files are', async () => {
  const file = sandbox().flow({
    outputs: [{ id: 'answer', type: 'INT', value: '{{ 6 * 7 }}' }],
    tasks: [sh('make', ['echo x > a.txt', `echo '::{"outputs":{"n":1}}::'`], { outputFiles: ['*.txt'] })],
  });
  const { out } = await sandbox().run(['run', file]);
  expect(out).toMatch(/make +SUCCESS/);
  expect(out).toMatch(/answer = 42/);
  expect(out).toMatch(/make\.n = 1/);
  const path = /a\.txt +(\S+)/.exec(out)?.[1] ?? '';
  expect(readFileSync(path, 'utf8')).toBe('x\n');
});

test('--ephemeral makes no state folder', async () => {
  await sandbox().run(['run', sandbox().flow({ tasks: [log('a', 'hi')] }), '--ephemeral']);
  expect(existsSync(sandbox().path('.windlass'))).toBe(false);
});

test('further documents of a file are its subflows', async () => {
  const subflow = {
    id: 'call',
    type: 'io.kestra.plugin.core.flow.Subflow',
    namespace: sandbox().namespace,
    flowId: 'child',
    inputs: { name: 'you' },
  };
  const child = {
    id: 'child',
    inputs: [{ id: 'name', type: 'STRING' }],
    tasks: [returns('r', 'hello {{ inputs.name }}')],
    outputs: [{ id: 'text', type: 'STRING', value: '{{ outputs.r.value }}' }],
  };
  const file = sandbox().flow({ tasks: [subflow, returns('got', '{{ outputs.call.outputs.text }}')] }, child);
  const { state, taskRunList } = await sandbox().json<ExecutionDocument>('run', file);
  expect(state.current).toBe('SUCCESS');
  expect(taskRunList[1]?.outputs).toEqual({ value: 'hello you' });
});

test('what has no effect on a single run is said once', async () => {
  const triggers = [{ id: 't', type: 'io.kestra.plugin.core.trigger.Schedule', cron: '0 0 * * *' }];
  const { err } = await sandbox().run(['run', sandbox().flow({ tasks: [log('a', 'hi')], triggers }), '--ephemeral']);
  expect(err.match(/triggers.*no effect/g)).toHaveLength(1);
});
