/** What a process that dies at the worst moment leaves, and the one that resumes makes of it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FencedError } from '../../src/store/store.ts';
import type { ExecutionDriver } from '../../src/worker/execution-driver.ts';
import { Session } from '../../src/worker/session.ts';
import { FlowHarness, outputsOf, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

async function until(driver: ExecutionDriver, state: string): Promise<void> {
  while (driver.carried.state.execution.state.current !== state) await sleep(5);
}

const shell = (commands: string) =>
  `{id: a, type: io.kestra.plugin.scripts.shell.Commands, taskRunner: {type: io.kestra.plugin.core.runner.Process}, commands: [${commands}]}`;

it('files that LocalFiles moved before the crash are among its outputs', async () => {
  await harness.run('\ntasks:\n  - {id: a, type: io.kestra.plugin.core.log.Log, message: x}');
  const { store, storage } = harness.workspace;
  const commit = store.commit;
  // The process dies when the task's result should be committed.
  store.commit = (claim, change) => {
    const isResult = change.taskRuns?.some(run => run.taskId === 'keep' && run.state.current === 'SUCCESS');
    return isResult ? Promise.reject(new Error('died')) : commit.call(store, claim, change);
  };
  const driver = await harness.start(`
tasks:
  - id: wd
    type: io.kestra.plugin.core.flow.WorkingDirectory
    tasks:
      - ${shell('echo hello > a.txt')}
      - {id: keep, type: io.kestra.plugin.core.storage.LocalFiles, outputs: ['*.txt']}`);
  await expect(driver.ended).rejects.toThrow('died');
  store.commit = commit;
  await store.release(driver.carried.claim);
  const { id } = driver.carried.state.execution;
  await (await harness.session.goOn(id))?.ended;
  const document = await harness.document(id);
  expect(document.state.current).toBe('SUCCESS');
  const uris = outputsOf(document, 'keep').uris as Record<string, string>;
  expect(await storage.getText(String(uris['a.txt']))).toBe('hello\n');
});

it('an engine out of reach does not keep an execution from being resumed; the next sweep removes its run', async () => {
  await harness.run('\ntasks:\n  - {id: a, type: io.kestra.plugin.core.log.Log, message: x}');
  const { store } = harness.workspace;
  const { deleteRun } = store;
  store.deleteRun = async () => {};
  const driver = await harness.start(`
tasks:
  - ${shell('echo hello')}
  - {id: p, type: io.kestra.plugin.core.flow.Pause, delay: PT0.5S}`);
  await until(driver, 'PAUSED');
  driver.leave();
  store.deleteRun = deleteRun;
  await store.release(driver.carried.claim);
  const { environment } = harness.session;
  const runner = await environment.runner('io.kestra.plugin.core.runner.Process');
  const outOfReach = vi.spyOn(runner, 'remove').mockRejectedValue(new Error('no engine answers'));
  const { id } = driver.carried.state.execution;
  await (await harness.session.goOn(id))?.ended;
  const document = await harness.document(id);
  expect(document.state.current).toBe('SUCCESS');
  expect(saidBy(document, undefined).join()).toMatch(/WARN.*no engine answers/);
  expect(readdirSync(environment.workRoot)).toEqual([id]);
  outOfReach.mockRestore();
  await harness.session.sweep();
  expect((await store.load(id))?.runs).toEqual([]);
  expect(existsSync(join(environment.workRoot, id))).toBe(false);
});

it('who cannot read the stored flow lets go of the execution', async () => {
  const driver = await harness.start('\ntasks:\n  - {id: p, type: io.kestra.plugin.core.flow.Pause, delay: PT0.3S}');
  await until(driver, 'PAUSED');
  driver.leave();
  await harness.workspace.store.release(driver.carried.claim);
  const { id } = driver.carried.state.execution;
  const reader = new Session(harness.session.environment, () => []);
  await expect(reader.goOn(id)).rejects.toThrow('has no flow');
  expect((await (await harness.session.goOn(id))?.ended)?.state.current).toBe('SUCCESS');
});

it('who has lost an execution to another process stops looking for messages', async () => {
  const driver = await harness.start('\ntasks:\n  - {id: p, type: io.kestra.plugin.core.flow.Pause}');
  await until(driver, 'PAUSED');
  const { store } = harness.workspace;
  const { id } = driver.carried.state.execution;
  await store.release(driver.carried.claim);
  await store.send(id, { type: 'resume', answers: [] });
  await expect(driver.ended).rejects.toThrow(FencedError);
  const next = await harness.session.goOn(id);
  await next?.goOn({});
  expect((await next?.ended)?.state.current).toBe('SUCCESS');
});
