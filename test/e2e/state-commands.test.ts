/** `list`, `show`, `logs` and `clean`, and several runs in one folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useSandbox } from './sandbox.ts';
import { type ExecutionDocument, log, sh } from './tasks.ts';

const sandbox = useSandbox();
const flow = { id: 'kept', tasks: [sh('a', ['echo said', 'echo x > a.txt'], { outputFiles: ['a.txt'] })] };

test('they tell what the run told', async () => {
  const ran = await sandbox().json<ExecutionDocument>('run', sandbox().flow(flow), '--label', 'team:data');
  const listed = await sandbox().run(['list']);
  expect(listed.out).toMatch(new RegExp(`${ran.id} +${sandbox().namespace}\\.kept +SUCCESS`));
  expect(await sandbox().json<ExecutionDocument>('show', ran.id)).toEqual(ran);
  const shown = await sandbox().run(['show', ran.id]);
  expect(shown.out).toMatch(/a +SUCCESS[\s\S]*a\.txt/);
  expect((await sandbox().run(['logs', ran.id])).out).toMatch(/INFO +a +said\n$/);
});

test('looking makes no state folder', async () => {
  expect((await sandbox().run(['list'])).out).toBe('No executions yet.\n');
  expect((await sandbox().run(['clean'])).out).toBe('Nothing to remove.\n');
  expect(await sandbox().json('list')).toEqual([]);
  expect((await sandbox().run(['resume'])).out).toBe('Nothing to resume.\n');
  for (const words of ['show none', 'logs none', 'resume none', 'run --rerun-failed none']) {
    const { code, err } = await sandbox().run(words.split(' '));
    expect(err).toBe('There is no execution none here. To see which there are: windlass list\n');
    expect(code).toBe(2);
  }
  expect(existsSync(sandbox().path('.windlass'))).toBe(false);
});

test('the state folder is private, and keeps itself out of git', async () => {
  await sandbox().run(['run', sandbox().flow({ tasks: [log('a', 'hi')] })]);
  expect(statSync(sandbox().path('.windlass')).mode & 0o777).toBe(0o700);
  expect(readFileSync(sandbox().path('.windlass/.gitignore'), 'utf8')).toMatch(/^\*$/m);
});

test('clean removes ended executions with their files', async () => {
  const file = sandbox().flow(flow);
  const { id } = await sandbox().json<ExecutionDocument>('run', file);
  expect((await sandbox().run(['clean', '--older', '1h'])).out).toBe('Nothing to remove.\n');
  expect((await sandbox().run(['clean'])).out).toBe('Removed 1 execution with their logs and files.\n');
  expect((await sandbox().run(['show', id])).code).toBe(2);
  const files = readdirSync(sandbox().path('.windlass/storage'), { recursive: true, withFileTypes: true });
  expect(files.filter(entry => entry.isFile()).map(entry => entry.name)).toEqual([]);
});

test('two runs at once in one folder do not disturb each other', async () => {
  const file = sandbox().flow({
    inputs: [{ id: 'n', type: 'INT' }],
    tasks: [sh('a', ['seq 500', 'sleep 0.2', `echo '::{"outputs":{"n":{{ inputs.n }}}}::'`])],
  });
  const runs = await Promise.all([1, 2, 3].map(n => sandbox().json<ExecutionDocument>('run', file, '-i', `n=${n}`)));
  for (const [index, { state, taskRunList, logs }] of runs.entries()) {
    expect(state.current).toBe('SUCCESS');
    expect(taskRunList[0]?.outputs).toMatchObject({ vars: { n: index + 1 } });
    expect(logs.filter(({ level }) => level === 'INFO')).toHaveLength(500);
  }
  expect(await sandbox().json<object[]>('list')).toHaveLength(3);
});

test('a state folder somewhere else', async () => {
  const file = sandbox().flow({ tasks: [log('a', 'hi')] });
  await sandbox().run(['run', file, '--state', 'a folder/with spaces']);
  expect(await sandbox().json<object[]>('list', '--state', 'a folder/with spaces')).toHaveLength(1);
  expect(existsSync(sandbox().path('.windlass'))).toBe(false);
});

test('of a state folder somewhere else, its own secrets count', async () => {
  mkdirSync(sandbox().path('.windlass/secrets'), { recursive: true });
  sandbox().write('.windlass/secrets/NAME', 'readable by others');
  expect(await sandbox().run(['clean', '--state', 'elsewhere'])).toMatchObject({ code: 0, err: '' });
  expect(await sandbox().run(['clean'])).toMatchObject({ code: 2, err: expect.stringContaining('chmod 600') });
});
