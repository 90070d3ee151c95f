/** One attempt of one runnable task: its context, its deadline, its end. Every end is a result; nothing is thrown. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { render } from '../expression/index.ts';
import { diskShortage } from '../files/disk-shortage.ts';
import { removeFolder } from '../files/remove-folder.ts';
import { parseDuration } from '../model/duration.ts';
import type { TaskResult, TaskRun } from '../model/execution.ts';
import type { Task } from '../model/flow.ts';
import { captureOutputs } from '../runs/capture-outputs.ts';
import { executeRun, runId, type StopReason } from '../runs/execute-run.ts';
import { taskRunPrefix } from '../storage/uris.ts';
import { FencedError, StoreError } from '../store/store.ts';
import {
  type ChildExecution,
  type ChildFlow,
  type RunnableTaskType,
  type TaskContext,
  TaskError,
} from '../tasks/task-type.ts';
import type { Carried } from './carried.ts';
import { fileLog } from './log-file.ts';
import { type Said, TaskVoice } from './task-voice.ts';
import { callAt } from './timers.ts';
import { keptFromRunning } from './worker-group.ts';

export interface AttemptSetting {
  readonly carried: Carried;
  readonly run: TaskRun;
  readonly attempt: number;
  /** The directory that a WorkingDirectory around the task shares. */
  readonly sharedDir?: string;
  /** Aborted when the execution is killed. */
  readonly kill: AbortSignal;
  startChild(child: ChildFlow): Promise<ChildExecution>;
  resume: TaskContext['resume'];
  /** Collects what is to be cleaned up once the result is committed. */
  afterCommit(dispose: () => Promise<void>): void;
}

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
  const { environment, state } = carried;
  const task = carried.task(run);
  const stop = new AbortController();
  const halt = (reason: StopReason) => stop.abort(reason);
  const onKill = () => halt('kill');
  if (setting.kill.aborted) onKill();
  setting.kill.addEventListener('abort', onKill, { once: true });
  const id = runId(run.id, attempt);
  const workDir = setting.sharedDir ?? join(carried.workDir, id);
  let timer: { cancel(): void } | undefined;
  let timeoutMs: number | undefined;
  let isProgram = false;
  try {
    const expressions = carried.renderContext(run);
    const group = task.workerGroup ?? state.flow.workerGroup;
    const log: TaskContext['log'] = (level, message) => voice.log(level, message);
    const kept =
      group &&
      (await keptFromRunning(group, environment.config.workerGroups, { expressions, signal: stop.signal, log }));
    if (kept) return kept;
    if (task.timeout !== undefined) {
      timeoutMs = parseDuration(await render(task.timeout, expressions));
      const began = Date.parse(run.attempts[attempt]?.state.histories[0]?.date ?? new Date().toISOString());
      timer = callAt(began + timeoutMs, () => halt('timeout'));
    }
    const type = environment.catalog.runnable(task.type);
    if (!type) throw new TaskError(`Windlass cannot run tasks of type ${task.type} yet.`);
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    if (!setting.sharedDir) setting.afterCommit(() => removeFolder(workDir));
    const storagePrefix = taskRunPrefix(state.execution, task.id, run.id);
    const context: TaskContext = {
      flow: state.flow,
      execution: state.execution,
      task,
      taskRun: run,
      attempt,
      config: environment.config,
      expressions,
      storage: environment.storage,
      storagePrefix,
      workDir,
      sharedWorkDir: setting.sharedDir !== undefined,
      signal: stop.signal,
      log,
      metric: metric => voice.metric(metric),
      history: {
        logs: id => environment.store.logs(id),
        executions: () => environment.store.list({ limit: Number.MAX_SAFE_INTEGER }),
        metrics: id => environment.store.metrics(id),
        purgeLogs: selection => environment.store.purgeLogs(selection),
        remove: id => environment.store.delete(id),
      },
      startChild: setting.startChild,
      resume: setting.resume,
      runTask: async (written, where) =>
        (await import('./inner-task.ts')).runInnerTask(written, where, context, carried),
      keepFiles: async globs => {
        const record = await environment.store.run(carried.claim, run.id, attempt);
        const warn = (message: string) => voice.log('WARN', message);
        const collecting = { workDir, globs, storage: environment.storage, storagePrefix, warn };
        return captureOutputs(collecting, record?.captures, captures =>
          environment.store.saveRun(carried.claim, { taskRunId: run.id, attempt, vars: {}, captures }),
        );
      },
      run: plan => {
        isProgram = true;
        return executeRun(plan, {
          store: environment.store,
          claim: carried.claim,
          storage: environment.storage,
          storagePrefix,
          taskId: task.id,
          taskRunId: run.id,
          attempt,
          owner: environment.store.ownerId,
          labels: kestraLabels(carried, run, attempt),
          workDir,
          runDir: join(environment.runRoot, id),
          shared: setting.sharedDir !== undefined,
          limited: timeoutMs !== undefined,
          ...(task.logLevel && { logLevel: task.logLevel }),
          signal: stop.signal,
          killGraceMs: killGrace(task),
          mask: text => carried.secrets.mask(text),
          log: (level, message) => voice.log(level, message),
          progress: event => {
            environment.listener.progress?.({ ...event, text: carried.secrets.mask(event.text) }, run);
            // That it runs, the state of its task run says.
            if (event.kind !== 'start') voice.log(event.kind === 'trouble' ? 'WARN' : 'DEBUG', event.text);
          },
          onLogs: entries => environment.listener.logs?.(entries, state.execution.id),
          afterCommit: setting.afterCommit,
        });
      },
    };
    const result = await Promise.race([task.cache ? cached(type, context) : type.run(context), voice.broken]);
    if (stop.signal.aborted) return stopped(stop.signal.reason as StopReason, result);
    return result;
  } catch (error) {
    if (error instanceof FencedError) throw error;
    if (stop.signal.aborted)
      return stopped(stop.signal.reason as StopReason, { outputs: error instanceof TaskError ? error.outputs : {} });
    return failed(error as Error);
  } finally {
    timer?.cancel();
    setting.kill.removeEventListener('abort', onKill);
  }

  function stopped(reason: StopReason, result: Pick<TaskResult, 'outputs'>): TaskResult {
    // A stopped program has neither an exit code nor trustworthy vars; the files it declared are still given up.
    const files = result.outputs.outputFiles;
    const outputs = files && Object.keys(files).length > 0 ? { outputFiles: files } : {};
    if (isProgram)
      voice.log('WARN', reason === 'kill' ? 'The program was killed.' : 'The program was killed: it took too long.');
    if (reason === 'kill') return { state: 'KILLED', outputs };
    voice.log('ERROR', `Timeout after ${clockText(timeoutMs ?? 0)}`);
    return { state: 'FAILED', outputs };
  }

  function failed(error: Error): TaskResult {
    const shortage = diskShortage(error, workDir);
    voice.log('ERROR', shortage ?? error.message);
    const expected =
      shortage !== undefined ||
      error instanceof TaskError ||
      // Who runs the execution cannot go on either, and says so.
      error instanceof StoreError ||
      error.name === 'ExpressionError' ||
      error.name === 'DurationError';
    if (!expected) environment.listener.fault?.(error, state.execution.id);
    return { state: 'FAILED', outputs: error instanceof TaskError ? error.outputs : {} };
  }
}

/** `HH:MM:SS.mmm`, as Kestra writes how long a task may take. */
function clockText(ms: number): string {
  const pad = (value: number, width = 2) => String(Math.trunc(value)).padStart(width, '0');
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1000) % 60)}.${pad(ms % 1000, 3)}`;
}

function kestraLabels(carried: Carried, run: TaskRun, attempt: number): Record<string, string> {
  const { execution } = carried.state;
  return {
    'kestra.io/namespace': execution.namespace,
    'kestra.io/flow-id': execution.flowId,
    'kestra.io/task-id': run.taskId,
    'kestra.io/execution-id': execution.id,
    'kestra.io/taskrun-id': run.id,
    'kestra.io/taskrun-attempt': String(attempt),
  };
}

/** The runner's `killGracePeriod`: a plain duration, not an expression (spec/runners.md 2.1). */
function killGrace(task: Task): number {
  const runner = task.properties.taskRunner;
  const given =
    typeof runner === 'object' && runner !== null && 'killGracePeriod' in runner ? runner.killGracePeriod : undefined;
  return typeof given === 'string' ? parseDuration(given) : 0;
}

async function cached(type: RunnableTaskType, context: TaskContext): Promise<TaskResult> {
  return (await import('./task-cache.ts')).runCached(type, context);
}
