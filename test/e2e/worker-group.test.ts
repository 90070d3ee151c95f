/** `workerGroup`: a process that serves some groups only, by its configuration. */
import { beforeEach, expect, test } from 'vitest';
import { useSandbox } from './sandbox.ts';
import { type ExecutionDocument, log } from './tasks.ts';

const sandbox = useSandbox();
const grouped = (fallback: string) => ({
  variables: { size: 'big' },
  tasks: [
    { ...log('here', 'x'), workerGroup: { key: 'cpu', fallback: 'FAIL' } },
    { ...log('there', 'on it'), workerGroup: { key: "{{ 'gpu-' ~ vars.size }}", fallback } },
    log('after', 'y'),
  ],
});

const statesOf = ({ taskRunList }: ExecutionDocument) => taskRunList.map(run => `${run.taskId} ${run.state.current}`);

beforeEach(() => {
  sandbox().write('cpu.yaml', 'windlass: {worker-groups: [cpu]}\n');
  sandbox().write('both.yaml', 'windlass: {worker-groups: [cpu, gpu-big]}\n');
});

test('without a configuration a process is a worker of every group', async () => {
  expect((await sandbox().json<ExecutionDocument>('run', sandbox().flow(grouped('FAIL')))).state.current).toBe(
    'SUCCESS',
  );
});

test.each([
  ['FAIL', 'FAILED'],
  ['CANCEL', 'CANCELLED'],
])('fallback %s: %s', async (fallback, state) => {
  const ended = await sandbox().json<ExecutionDocument>(
    'run',
    sandbox().flow(grouped(fallback)),
    '--config',
    'cpu.yaml',
  );
  expect(ended.state.current).toBe(state);
  expect(statesOf(ended)).toEqual(['here SUCCESS', `there ${state}`]);
  expect(ended.logs.map(({ message }) => message).join()).toContain("no worker of the group 'gpu-big'");
});

test('fallback WAIT: a process with the group goes on with it', async () => {
  const run = sandbox().start(['run', sandbox().flow(grouped('WAIT')), '--config', 'cpu.yaml']);
  await run.says(/the task waits/);
  run.kill('SIGKILL');
  await run.ended;
  const [ended] = await sandbox().json<ExecutionDocument[]>('resume', '--config', 'both.yaml');
  expect(ended && statesOf(ended)).toEqual(['here SUCCESS', 'there SUCCESS', 'after SUCCESS']);
});

test('a task that waits can be killed', async () => {
  const run = sandbox().start(['run', sandbox().flow(grouped('WAIT')), '--config', 'cpu.yaml']);
  await run.says(/the task waits/);
  run.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
});
