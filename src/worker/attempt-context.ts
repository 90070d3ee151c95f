/** What the task of an attempt sees of the execution, and what it may ask for. */
import { join } from 'node:path';
import type { RenderContext } from '../expression/index.ts';
import { parseDuration } from '../model/duration.ts';
import type { TaskRun } from '../model/execution.ts';
import type { Task } from '../model/flow.ts';
import { captureOutputs } from '../runs/capture-outputs.ts';
import { executeRun, runId } from '../runs/execute-run.ts';
import type { RunPlan } from '../runs/run-plan.ts';
import { taskRunPrefix } from '../storage/uris.ts';
import type { ChildExecution, ChildFlow, TaskContext } from '../tasks/task-type.ts';
import type { AttemptStop } from './attempt-stop.ts';
import type { Carried } from './carried.ts';
import type { TaskVoice } from './task-voice.ts';

/** Which attempt it is, and who does for it what reaches beyond it. */
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

/** What the attempt itself has made. */
interface Made {
  readonly expressions: RenderContext;
  /** Path on this machine. */
  readonly workDir: string;
  readonly voice: TaskVoice;
  readonly stop: AttemptStop;
  /** The task runs a program. */
  onProgram(): void;
}

/** The context of one attempt, the same when a later process takes it over. */
export function attemptContext(setting: AttemptSetting, made: Made): TaskContext {
  const { carried, run, attempt } = setting;
  const { environment, state } = carried;
  const { storage, store } = environment;
  const { expressions, workDir, voice, stop } = made;
  const task = carried.task(run);
  const storagePrefix = taskRunPrefix(state.execution, task.id, run.id);
  const context: TaskContext = {
    flow: state.flow,
    execution: state.execution,
    task,
    taskRun: run,
    attempt,
    config: environment.config,
    expressions,
    storage,
    storagePrefix,
    workDir,
    sharedWorkDir: setting.sharedDir !== undefined,
    signal: stop.signal,
    log: (level, message) => voice.log(level, message),
    metric: metric => voice.metric(metric),
    history: {
      logs: id => store.logs(id),
      executions: () => store.list(),
      metrics: id => store.metrics(id),
      purgeLogs: selection => store.purgeLogs(selection),
      remove: id => store.delete(id),
    },
    startChild: setting.startChild,
    resume: setting.resume,
    runTask: async (written, where) => (await import('./inner-task.ts')).runInnerTask(written, where, context, carried),
    keepFiles: async globs => {
      const record = await store.run(carried.claim, run.id, attempt);
      const warn = (message: string) => voice.log('WARN', message);
      return captureOutputs({ workDir, globs, storage, storagePrefix, warn }, record?.captures, captures =>
        store.saveRun(carried.claim, { taskRunId: run.id, attempt, vars: {}, captures }),
      );
    },
    run: plan => {
      made.onProgram();
      return runProgram(plan, setting, made, storagePrefix);
    },
  };
  return context;
}

function runProgram(plan: RunPlan, setting: AttemptSetting, made: Made, storagePrefix: string) {
  const { carried, run, attempt } = setting;
  const { environment } = carried;
  const { voice, stop, workDir } = made;
  const task = carried.task(run);
  return executeRun(plan, {
    store: environment.store,
    claim: carried.claim,
    storage: environment.storage,
    storagePrefix,
    taskId: task.id,
    taskRunId: run.id,
    attempt,
    owner: environment.store.ownerId,
    labels: kestraLabels(setting),
    workDir,
    runDir: join(environment.runRoot, runId(run.id, attempt)),
    shared: setting.sharedDir !== undefined,
    limited: stop.timeoutMs !== undefined,
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
    onLogs: entries => environment.listener.logs?.(entries),
    afterCommit: setting.afterCommit,
  });
}

function kestraLabels({ carried, run, attempt }: AttemptSetting): Record<string, string> {
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
