/** Runs single tasks for tests: real storage, real expressions, real local processes; no engine and no store. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTaint, type Services, variablesOf } from '../../src/expression/index.ts';
import { readProtocol } from '../../src/logs/protocol.ts';
import type { TaskResult } from '../../src/model/execution.ts';
import type { Flow, Task } from '../../src/model/flow.ts';
import type { Outcome } from '../../src/model/run.ts';
import { initialState } from '../../src/model/states.ts';
import { UserError } from '../../src/model/user-error.ts';
import type { Value, ValueMap } from '../../src/model/value.ts';
import { createProcessRunner } from '../../src/runners/process/index.ts';
import { isLost, type TaskRunner } from '../../src/runners/runner.ts';
import { captureOutputs } from '../../src/runs/capture-outputs.ts';
import type { RunOutcome, RunPlan } from '../../src/runs/run-plan.ts';
import { openLocalStorage } from '../../src/storage/local/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { readInnerTask } from '../../src/tasks/inner-task.ts';
import { createCatalog, type TaskCatalog } from '../../src/tasks/registry.ts';
import { type TaskContext, TaskError } from '../../src/tasks/task-type.ts';

export interface Ended {
  readonly state: string;
  readonly outputs: Readonly<Record<string, Value>>;
  /** What the task failed with. */
  readonly failure?: string;
  /** `LEVEL text` of INFO and above. */
  readonly said: readonly string[];
  readonly debug: readonly string[];
  readonly metrics: readonly Parameters<TaskContext['metric']>[0][];
  /** The plan of its run, where it had one. */
  readonly plan?: RunPlan;
}

export interface TaskSetting {
  readonly variables?: Record<string, Value>;
  readonly services?: Services;
  readonly signal?: AbortSignal;
  /** What the worker's own programs see. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers for a container runner instead of running anything. */
  readonly container?: Outcome;
}

export const processRunner = 'io.kestra.plugin.core.runner.Process';

/** Only a whole run counts them. */
const noLines = { stdout: 0, stderr: 0 };

export class TaskHarness {
  readonly base = mkdtempSync(join(tmpdir(), 'windlass-task-'));
  readonly workDir = join(this.base, 'work');
  readonly storage: Storage = openLocalStorage(join(this.base, 'storage'), { ephemeral: true });
  readonly process: TaskRunner = createProcessRunner({
    environment: { PATH: process.env.PATH ?? '', INHERITED: 'yes' },
    runsDir: join(this.base, 'runs'),
  });
  readonly catalog: TaskCatalog = createCatalog({
    runners: {
      declarations: [this.process],
      get: async type => (type === processRunner ? this.process : { ...containerRunner(this.process), type }),
    },
    flowables: [],
  });
  #count = 0;

  constructor() {
    mkdirSync(this.workDir);
    mkdirSync(join(this.base, 'runs'));
  }

  /** @throws Error when the run left something behind */
  close(): void {
    const left = readdirSync(join(this.base, 'runs'));
    rmSync(this.base, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`Runs were left behind: ${left.join(', ')}`);
  }

  async run(type: string, properties: ValueMap, setting: TaskSetting = {}): Promise<Ended> {
    const found = this.catalog.runnable(type);
    if (!found) throw new Error(`${type} is no runnable type`);
    const [said, debug]: [string[], string[]] = [[], []];
    const metrics: Parameters<TaskContext['metric']>[0][] = [];
    const log: TaskContext['log'] = (level, message) => {
      if (level === 'DEBUG' || level === 'TRACE') debug.push(message);
      else said.push(`${level} ${message}`);
    };
    let plan: RunPlan | undefined;
    const context: TaskContext = {
      ...this.#fixed(type, properties, setting.environment ?? {}),
      expressions: {
        variables: variablesOf({ flow: { id: 'f', namespace: 'ns' }, ...setting.variables }),
        services: setting.services ?? {},
        taint: createTaint(),
      },
      signal: setting.signal ?? new AbortController().signal,
      log,
      metric: metric => metrics.push(metric),
      keepFiles: globs => {
        const { storage, workDir } = this;
        const warn = (message: string) => log('WARN', message);
        const collecting = { workDir, globs, storage, storagePrefix: context.storagePrefix, warn };
        return captureOutputs(collecting, undefined, async () => {});
      },
      runTask: async (written, where) => {
        const inner = readInnerTask(written, 't', where, this.catalog);
        return inner.type.run({ ...context, task: inner.task });
      },
      run: async given => {
        plan = given;
        if (!setting.container) return await this.#carryOut(given, log, context);
        await given.writeFiles();
        return {
          outcome: setting.container,
          vars: {},
          outputFiles: {},
          lines: noLines,
          details: { containerId: 'c1' },
        };
      },
    };
    const rest = () => ({ said, debug, metrics, ...(plan && { plan }) });
    try {
      const { state, outputs }: TaskResult = await found.run(context);
      return { state, outputs, ...rest() };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const { message } = error;
      return { state: 'FAILED', outputs: error instanceof TaskError ? error.outputs : {}, failure: message, ...rest() };
    }
  }

  #fixed(
    type: string,
    properties: ValueMap,
    environmentVariables: Readonly<Record<string, string>>,
  ): Omit<TaskContext, 'expressions' | 'signal' | 'log' | 'metric' | 'keepFiles' | 'run' | 'runTask'> {
    const now = new Date().toISOString();
    const flags = { disabled: false, allowFailure: false, allowWarning: false, logToFile: false };
    const task: Task = { id: 't', type, position: { line: 1, column: 1 }, ...flags, properties, branches: {} };
    const lists = { labels: [], inputs: [], outputs: [], errors: [], finally: [], afterExecution: [], unused: [] };
    const flow: Flow = {
      id: 'f',
      namespace: 'ns',
      revision: 1,
      variables: {},
      tasks: [task],
      disabled: false,
      source: '',
      ...lists,
    };
    this.#count += 1;
    return {
      flow,
      task,
      taskRun: {
        id: `run${this.#count}`,
        executionId: 'e',
        taskId: 't',
        branch: 'tasks',
        state: initialState('RUNNING', now),
        attempts: [{ state: initialState('RUNNING', now) }],
      },
      execution: {
        id: 'e',
        namespace: 'ns',
        flowId: 'f',
        flowRevision: 1,
        state: initialState('RUNNING', now),
        labels: [],
        inputs: {},
        originalId: 'e',
        attemptNumber: 1,
        phase: 'main',
      },
      attempt: 0,
      config: {
        globals: {},
        envs: {},
        recursiveRendering: false,
        pluginDefaults: [],
        pluginConfigurations: {},
        allowedPaths: [],
        secrets: {},
        environmentVariables,
      },
      storage: this.storage,
      storagePrefix: `kestra:///ns/f/executions/e/tasks/t/run${this.#count}`,
      workDir: this.workDir,
      sharedWorkDir: true,
      history: {
        logs: async function* () {},
        executions: async () => [],
        metrics: async () => [],
        purgeLogs: async () => 0,
        remove: async () => [],
      },
      startChild: () => Promise.reject(new Error('there is no other flow')),
      resume: () => Promise.reject(new Error('there is no other execution')),
    };
  }

  async #carryOut(plan: RunPlan, log: TaskContext['log'], context: TaskContext): Promise<RunOutcome> {
    await plan.writeFiles();
    const { workDir } = this;
    const runId = context.taskRun.id;
    const spec = {
      runId,
      owner: 'test',
      labels: {},
      argv: plan.argv,
      env: plan.env,
      workDir,
      outputDir: plan.outputDir,
      runDir: join(this.base, 'runs', runId),
      wanted: plan.outputFiles,
      shared: true,
    };
    const { signal } = context;
    const handle = await plan.runner.prepare(spec, plan.runnerConfig, () => {}, signal);
    const run = await plan.runner.open(handle, spec, plan.runnerConfig, signal);
    if (isLost(run)) throw new Error(run.lost);
    await run.start();
    let vars: ValueMap = {};
    for await (const { lines } of run.logs()) {
      for (const { stream, text } of lines) {
        const reported = readProtocol(text);
        if (reported) vars = { ...vars, ...reported.outputs };
        else log(stream === 'stdout' ? 'INFO' : 'ERROR', text);
      }
    }
    const outcome = await run.outcome(signal);
    const warn = (message: string) => log('WARN', message);
    const collecting = {
      workDir,
      outputDir: plan.outputDir,
      globs: plan.outputFiles,
      storage: this.storage,
      storagePrefix: context.storagePrefix,
      warn,
    };
    const outputFiles = await captureOutputs(collecting, undefined, async () => {});
    await run.dispose();
    if (existsSync(plan.outputDir)) throw new Error('The output directory was left behind');
    return { outcome, vars, outputFiles, lines: noLines };
  }
}

/** Looks like a runner of containers with paths of its own, as far as a plan is concerned. */
function containerRunner(process: TaskRunner): TaskRunner {
  return {
    ...process,
    capabilities: { ...process.capabilities, needsImage: true },
    paths: ({ outputDir }) => ({ workingDir: '/work', outputDir: `/work/${outputDir.replace(/^.*\//, '')}` }),
  };
}
