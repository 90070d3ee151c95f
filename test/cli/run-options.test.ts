/** `run --runner`, `--rerun-failed` and `--watch`. Local processes only. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runOnChange } from '../../src/cli/watch.ts';
import { openStore } from '../../src/store/sqlite/index.ts';
import { created, exampleExecution } from '../contract/store/examples.ts';
import { command, noInput, silentOutput } from './command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-run-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function flow(text: string): Promise<string> {
  const path = join(folder, 'flow.yaml');
  await writeFile(path, text);
  return path;
}

const run = (...args: string[]) =>
  command(['run', '--state', join(folder, 'state'), '--json', ...args], { PATH: process.env.PATH ?? '' });

describe('--runner', () => {
  const inContainer = `
id: first
namespace: company.team
tasks:
  # this comment stays
  - id: a
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: no-such-image
    taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, networkMode: none}
    commands: ["echo from $PPID here"]
  - id: b
    type: io.kestra.plugin.scripts.shell.Commands
    runner: DOCKER
    docker: {image: no-such-image}
    commands: [echo b]
`;

  test('runs every script task with the chosen one, and says what it has no use for', async () => {
    const { code, out, err } = await run(await flow(inContainer), '--runner', 'process');
    expect(err).toContain('a: without effect with --runner process: taskRunner.networkMode, containerImage');
    expect(code).toBe(0);
    expect(JSON.parse(out).logs.map((entry: { message: string }) => entry.message)).toContain('b');
  });

  test.each([true, false])('wins over the defaults of the flow, forced: %s', async forced => {
    const defaults = `pluginDefaults:
  - type: io.kestra.plugin.scripts
    forced: ${forced}
    values:
      taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, pullPolicy: NEVER}
`;
    const { code, err } = await run(await flow(inContainer + defaults), '--runner', 'process');
    expect(err).toContain(
      'pluginDefaults of io.kestra.plugin.scripts: without effect with --runner process: taskRunner.pullPolicy',
    );
    expect(code).toBe(0);
  });

  test('one that there is not is refused with the names of those there are', async () => {
    const { code, err } = await run(await flow(inContainer), '--runner', 'dokcer');
    expect(code).toBe(2);
    expect(err).toMatch(/dokcer.*There are: .*docker/);
  });
});

describe('--worker-thread', () => {
  const together = `
id: together
namespace: company.team
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    concurrencyLimit: 0
    values: [1, 2, 3]
    tasks:
      - id: shell
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner: {type: io.kestra.plugin.core.runner.Process}
        commands: [sleep 0.1]
`;

  test('so many tasks run at once, and no more', async () => {
    const { code, out } = await run(await flow(together), '--worker-thread', '1');
    expect(code).toBe(0);
    type Step = { readonly state: string; readonly date: string };
    const taskRuns = JSON.parse(out).taskRunList as { taskId: string; state: { histories: readonly Step[] } }[];
    const times = taskRuns
      .filter(({ taskId }) => taskId === 'shell')
      .map(({ state: { histories } }) => {
        const at = (name: string) => Date.parse(histories.find(({ state }) => state === name)?.date ?? '');
        return [at('RUNNING'), at('SUCCESS')] as const;
      })
      .sort(([a], [b]) => a - b);
    expect(times).toHaveLength(3);
    for (const [i, [begun]] of times.slice(1).entries())
      expect(begun).toBeGreaterThanOrEqual(times[i]?.[1] ?? Number.NaN);
  });

  test('none at all is refused', async () => {
    const { code, err } = await run(await flow(together), '--worker-thread', '0');
    expect(code).toBe(2);
    expect(err).toContain('Give 1 or more.');
  });
});

describe('--rerun-failed', () => {
  test('is suggested where a run failed, with the state folder that was given', async () => {
    const path = await flow('id: f\nnamespace: n\ntasks: [{id: t, type: io.kestra.plugin.core.execution.Fail}]\n');
    const { code, err } = await command(['run', path, '--state', join(folder, 'state')]);
    expect(code).toBe(1);
    const [, id = ''] = /windlass run --rerun-failed (\w+) --state \S+\/state\n$/.exec(err) ?? [];
    expect(id).toHaveLength(22);
    expect((await command(['run', path, '--ephemeral'])).err).not.toContain('--rerun-failed');
  });

  test('what succeeded stays, what failed gets another attempt', async () => {
    const path = await flow(`
id: first
namespace: company.team
tasks:
  - {id: a, type: io.kestra.plugin.scripts.shell.Commands, taskRunner: {type: io.kestra.plugin.core.runner.Process}, commands: ["echo x >> ${folder}/a"]}
  - {id: b, type: io.kestra.plugin.scripts.shell.Commands, taskRunner: {type: io.kestra.plugin.core.runner.Process}, commands: ["test -e ${folder}/good"]}
`);
    const first = await run(path);
    expect(first.code).toBe(1);
    const { id } = JSON.parse(first.out) as { id: string };
    await writeFile(join(folder, 'good'), '');
    const second = await run('--rerun-failed', id);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.out)).toMatchObject({ id, state: { current: 'SUCCESS' } });
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('x\n');
    const third = await run('--rerun-failed', id);
    expect(third.code).toBe(2);
    expect(JSON.parse(third.out).error.code).toBe('not-restartable');
  });

  test('a file, inputs or labels beside it are refused: it takes those that the execution has', async () => {
    const path = await flow('id: f\nnamespace: n\ntasks: []\n');
    expect(await run(path, '--rerun-failed', 'none')).toMatchObject({ code: 2, err: expect.stringContaining(path) });
    for (const option of ['-i=a=b', '--label=a:b', '--namespace-files=.'])
      expect((await run('--rerun-failed', 'none', option)).err).toContain('cannot be used with');
  });

  test('an execution that there is not is refused', async () => {
    expect(JSON.parse((await run('--rerun-failed', 'none')).out).error.code).toBe('unknown-execution');
  });
});

test('--watch runs again after a change, and a signal ends it', async () => {
  const path = await flow('a');
  let runs = 0;
  let cancel = () => {};
  const signals = { hold: () => {}, onLeave: () => {}, onCancel: (act: () => void) => (cancel = act) };
  const invocation = { input: noInput, output: silentOutput(), environment: {}, signals };
  const ended = runOnChange(
    [path],
    async () => {
      runs += 1;
      // A change while it runs counts; the next one ends the watching.
      if (runs === 1) await appendFile(path, 'b');
      else setTimeout(() => cancel(), 20);
      return 1;
    },
    invocation,
  );
  expect(await ended).toBe(1);
  expect(runs).toBe(2);
});

test('--quiet still says why a run failed, and nothing else', async () => {
  const path = await flow(`
id: quiet
namespace: company.team
tasks:
  - {id: say, type: io.kestra.plugin.core.log.Log, message: hello}
  - {id: fail, type: io.kestra.plugin.core.execution.Fail, errorMessage: no rows today}
`);
  const { code, out, err } = await command(['run', path, '--quiet', '--state', join(folder, 'state')]);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^\S+ ERROR fail {2}no rows today\n$/);
});

test('a warning about the flow ends its line before the log begins', async () => {
  const path = await flow(`
id: warned
namespace: company.team
tasks:
  - {id: say, type: io.kestra.plugin.core.log.Log, message: "{{ oops( }}"}
`);
  const { err } = await command(['run', path, '--ephemeral']);
  expect(err).toMatch(/The task will fail when it renders this\.\n\S+ ERROR say /);
});

describe('--once', () => {
  const failing = `
id: again
namespace: company.team
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: once
  - id: fail
    type: io.kestra.plugin.core.execution.Fail
`;

  test('runs a flow where nothing was begun, and tells how it ended from then on', async () => {
    const path = await flow(failing);
    const first = await run(path, '--once');
    const second = await run(path, '--once');
    expect([first.code, second.code]).toEqual([1, 1]);
    expect(JSON.parse(second.out)).toEqual(JSON.parse(first.out));
  });

  test('finds the execution that the state folder began with, however many came after it', async () => {
    const path = await flow(failing);
    const { id } = JSON.parse((await run(path, '--once')).out) as { id: string };
    const store = await openStore(join(folder, 'state'));
    await Promise.all(Array.from({ length: 1001 }, () => store.create(created(exampleExecution()))));
    await store.close();
    const { code, out } = await run(path, '--once');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ id, state: { current: 'FAILED' } });
  });

  test('tells how the last try ended where a retry policy made several', async () => {
    const path = await flow(`
id: tries
namespace: company.team
retry: {type: constant, interval: PT0.01S, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}
tasks:
  - {id: fail, type: io.kestra.plugin.core.execution.Fail, runIf: "{{ execution.id == execution.originalId }}"}
`);
    const first = await run(path, '--once');
    const second = await run(path, '--once');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(JSON.parse(second.out).id).toBe(JSON.parse(first.out).id);
  });

  test('goes on with an execution whose process was killed', async () => {
    const path = await flow(`
id: killed
namespace: company.team
tasks:
  - id: wait
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands: ["echo begun; sleep 1; echo over"]
`);
    const state = join(folder, 'state');
    const main = join(import.meta.dirname, '../../src/main.ts');
    const child = spawn(process.execPath, [main, 'run', path, '--once', '--plain', '--state', state]);
    await new Promise<void>(resolve => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', text => String(text).includes('begun') && resolve());
    });
    child.kill('SIGKILL');
    await once(child, 'close');
    const { code, out } = await run(path, '--once');
    expect(code).toBe(0);
    const said = JSON.parse(out).logs.map((entry: { message: string }) => entry.message);
    expect(said.filter((text: string) => /^(begun|over)$/.test(text))).toEqual(['begun', 'over']);
  });

  test('and --ephemeral contradict each other', async () => {
    expect((await run(await flow(failing), '--once', '--ephemeral')).code).toBe(2);
  });
});
