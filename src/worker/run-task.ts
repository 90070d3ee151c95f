/** One attempt of one runnable task: its limits and its end. Every end is a result; nothing is thrown. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { render } from '../expression/index.ts';
import { diskShortage } from '../files/disk-shortage.ts';
import { removeFolder } from '../files/remove-folder.ts';
import { parseDuration } from '../model/duration.ts';
import type { TaskResult } from '../model/execution.ts';
import { UserError } from '../model/user-error.ts';
import { isMap, type ValueMap } from '../model/value.ts';
import { runId } from '../runs/execute-run.ts';
import { FencedError, StoreError } from '../store/store.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../tasks/task-type.ts';
import { type AttemptSetting, attemptContext } from './attempt-context.ts';
import { AttemptStop } from './attempt-stop.ts';
import { fileLog } from './log-file.ts';
import { type Said, TaskVoice } from './task-voice.ts';
import { keptFromRunning } from './worker-group.ts';

/** How an attempt ended, with what it said last: to be committed together, so that a crash repeats neither. */
export interface AttemptEnd extends Said {
  readonly result: TaskResult;
}

/** Runs the attempt. Rejects only with `FencedError`: somebody else carries the execution now. */
export async function runAttempt(setting: AttemptSetting): Promise<AttemptEnd> {
  const { carried, run, attempt } = setting;
  const voice = new TaskVoice(carried, run, attempt);
  const result = await resultOf(setting, voice);
  const said = await voice.rest();
  if (!carried.task(run).logToFile) return { result, ...said };
  const logFile = await fileLog(carried, run, attempt, said.logs);
  // Not before the commit: until then a crash would lose what the file is made of.
  setting.afterCommit(() => carried.environment.store.dropLogs(carried.claim, run.id, attempt));
  return { result: { ...result, logFile }, ...said };
}

async function resultOf(setting: AttemptSetting, voice: TaskVoice): Promise<TaskResult> {
  const { carried, run, attempt } = setting;
  const { environment } = carried;
  const task = carried.task(run);
  const workDir = setting.sharedDir ?? join(carried.workDir, runId(run.id, attempt));
  const stop = new AttemptStop(setting.kill);
  let isProgram = false;
  try {
    const expressions = carried.renderContext(run);
    const kept = await keptByGroup(setting, voice, stop.signal);
    if (kept) return kept;
    if (task.timeout !== undefined) {
      const began = run.attempts[attempt]?.state.histories[0]?.date;
      const timeoutMs = parseDuration(await render(task.timeout, expressions));
      stop.limit(timeoutMs, began === undefined ? Date.now() : Date.parse(began));
    }
    const type = environment.catalog.runnable(task.type);
    if (!type) throw new TaskError(`Windlass cannot run tasks of type ${task.type} yet.`);
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    if (!setting.sharedDir) setting.afterCommit(() => removeFolder(workDir));
    const onProgram = () => {
      isProgram = true;
    };
    const context = attemptContext(setting, { expressions, workDir, voice, stop, onProgram });
    const result = await Promise.race([task.cache ? cached(type, context) : type.run(context), voice.broken]);
    return stop.reason ? stopped(stop, result.outputs, isProgram, voice) : result;
  } catch (error) {
    if (error instanceof FencedError) throw error;
    const outputs = error instanceof TaskError ? error.outputs : {};
    if (stop.reason) return stopped(stop, outputs, isProgram, voice);
    const shortage = diskShortage(error, workDir);
    voice.log('ERROR', shortage ?? (error as Error).message);
    // Who runs the execution cannot go on without the store either, and says so.
    if (shortage === undefined && !(error instanceof UserError || error instanceof StoreError)) {
      environment.listener.fault?.(error as Error);
    }
    return { state: 'FAILED', outputs };
  } finally {
    stop.release();
  }
}

/** The result of a task whose worker group keeps this process from running it. */
async function keptByGroup({ carried, run }: AttemptSetting, voice: TaskVoice, signal: AbortSignal) {
  const group = carried.task(run).workerGroup ?? carried.state.flow.workerGroup;
  if (!group) return undefined;
  const log: TaskContext['log'] = (level, message) => voice.log(level, message);
  const expressions = carried.renderContext(run);
  return keptFromRunning(group, carried.environment.config.workerGroups, { expressions, signal, log });
}

/** A stopped program has neither an exit code nor trustworthy vars; the files it declared are still given up. */
function stopped(stop: AttemptStop, given: ValueMap, isProgram: boolean, voice: TaskVoice): TaskResult {
  const { reason, timeoutMs } = stop;
  const files = given.outputFiles;
  const outputs = isMap(files) && Object.keys(files).length > 0 ? { outputFiles: files } : {};
  if (isProgram) {
    voice.log('WARN', reason === 'kill' ? 'The program was killed.' : 'The program was killed: it took too long.');
  }
  if (reason === 'kill') return { state: 'KILLED', outputs };
  voice.log('ERROR', `Timeout after ${clockText(timeoutMs ?? 0)}`);
  return { state: 'FAILED', outputs };
}

/** `HH:MM:SS.mmm`, as Kestra writes how long a task may take. */
function clockText(ms: number): string {
  const pad = (value: number, width = 2) => String(Math.trunc(value)).padStart(width, '0');
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1000) % 60)}.${pad(ms % 1000, 3)}`;
}

async function cached(type: RunnableTaskType, context: TaskContext): Promise<TaskResult> {
  return (await import('./task-cache.ts')).runCached(type, context);
}
