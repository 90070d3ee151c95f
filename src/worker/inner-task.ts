/** Runs a task that a property of another one holds, such as the one that fetches a token. */

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskResult } from '../model/execution.ts';
import { newId } from '../model/ids.ts';
import { UserError } from '../model/user-error.ts';
import type { ValueMap } from '../model/value.ts';
import { executeRun } from '../runs/execute-run.ts';
import { readInnerTask } from '../tasks/inner-task.ts';
import { type TaskContext, TaskError } from '../tasks/task-type.ts';
import type { Carried } from './carried.ts';

/** Such a task gives a value that somebody waits for. */
const limitMs = 5 * 60_000;

/**
 * Its result. Nothing of it is stored but what it says: when this process dies, whoever goes on runs it again. It has
 * an own working directory, and an end of its own: the task around it may need its value to be cleaned up after.
 *
 * @throws TaskError
 */
export async function runInnerTask(
  written: ValueMap,
  where: string,
  around: TaskContext,
  carried: Carried,
): Promise<TaskResult> {
  const { environment, claim } = carried;
  const { type, task } = readInnerTask(written, around.task.id, where, environment.catalog);
  const id = `${around.taskRun.id}-${newId()}`;
  const workDir = join(carried.workDir, id);
  const signal = AbortSignal.timeout(limitMs);
  const { log } = around;
  const cleanUps: (() => Promise<void>)[] = [];
  const refuse = async (): Promise<never> => {
    throw new TaskError(`${where}: a task of the type ${task.type} cannot be run here.`);
  };
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  try {
    return await type.run({
      ...around,
      task,
      workDir,
      sharedWorkDir: false,
      signal,
      startChild: refuse,
      resume: refuse,
      keepFiles: refuse,
      run: plan =>
        executeRun(plan, {
          store: {
            run: async () => undefined,
            saveRun: async () => {},
            deleteRun: async () => {},
            saveProgress: async (_claim, { logs }) => {
              for (const { level, message } of logs ?? []) log(level, message);
            },
          },
          claim,
          storage: environment.storage,
          storagePrefix: around.storagePrefix,
          taskId: task.id,
          taskRunId: id,
          attempt: around.attempt,
          owner: environment.store.ownerId,
          labels: {},
          workDir,
          runDir: join(environment.runRoot, `${id}-${around.attempt}`),
          shared: false,
          limited: true,
          signal,
          killGraceMs: 0,
          mask: text => carried.secrets.mask(text),
          log,
          progress: ({ text }) => log('DEBUG', text),
          onLogs: () => {},
          afterCommit: dispose => cleanUps.push(dispose),
        }),
    });
  } catch (error) {
    if (signal.aborted)
      throw new TaskError(`${where} took longer than ${limitMs / 60_000} minutes.`, {}, { cause: error });
    if (error instanceof UserError) throw new TaskError(`${where}: ${error.message}`, {}, { cause: error });
    throw error;
  } finally {
    for (const dispose of cleanUps) await dispose();
    await rm(workDir, { recursive: true, force: true });
  }
}
