/** `windlass explain FLOW`: what would run, in which order and exactly how; nothing is run. */
import type { Flow, Task } from '../model/flow.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Carried } from '../worker/carried.ts';
import { type PlannedRun, planTask } from '../worker/plan-task.ts';
import { exitCode } from './exit-code.ts';
import { readRunnableFlows } from './flow-file.ts';
import { parseInputArguments } from './input-arguments.ts';
import type { Invocation } from './invocation.ts';
import { masked } from './masked.ts';
import { nativeForm } from './native-form.ts';
import { Refusal } from './refusal.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { type Palette, palette } from './terminal/style.ts';
import { catalogFor, openWorkspace } from './workspace.ts';

export interface ExplainOptions extends SettingsOptions {
  readonly input?: readonly string[];
  readonly json?: boolean;
  /** The task of which only the native form is wanted. */
  readonly native?: string;
}

/** A task with what it starts and its children by branch. */
interface Explained {
  readonly id: string;
  readonly type: string;
  readonly disabled?: true;
  readonly runIf?: string;
  readonly timeout?: string;
  readonly retry?: object;
  /** Absent for a task that starts no program. */
  readonly run?: ExplainedRun;
  /** Why it cannot be told what it starts: mostly outputs of tasks that have not run. */
  readonly unknown?: string;
  readonly branches?: Readonly<Record<string, readonly Explained[]>>;
}

interface ExplainedRun {
  readonly runner: string;
  readonly runnerProperties: ValueMap;
  readonly image?: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly filesIn: readonly string[];
  readonly filesOut: readonly string[];
  /** The `docker run` line, or the YAML of the pod. */
  readonly native?: string;
}

export async function explain(
  path: string,
  options: ExplainOptions,
  { output, environment }: Invocation,
): Promise<number> {
  const { config } = await readSettings(options, environment);
  const file = await readRunnableFlows(path, catalogFor(config, environment), config, output.stderr.colors);
  const workspace = await openWorkspace({ ephemeral: true });
  try {
    const [flow] = file.flows;
    if (!flow) throw new Refusal('invalid-flow', `There is no flow in ${path}.`);
    const session = workspace.session(config, environment, {});
    const carried = await session.look({
      flows: file.flows,
      flowIndex: 0,
      source: file.source,
      inputs: parseInputArguments(options.input ?? []),
      labels: [],
    });
    if ('violations' in carried) {
      const text = carried.violations.map(({ message }) => message).join('\n');
      throw new Refusal('invalid-inputs', text, carried.violations);
    }
    const lists = await explainFlow(carried, flow);
    if (options.native !== undefined) {
      const form = nativeOf(Object.values(lists).flat(), options.native);
      await output.stdout.push(`${carried.secrets.mask(form).trimEnd()}\n`);
    } else if (options.json) {
      const document = { id: flow.id, namespace: flow.namespace, ...lists };
      await output.stdout.push(`${JSON.stringify(masked(carried, document), null, 2)}\n`);
    } else {
      const text = flowText(flow, lists, palette(output.stdout.colors));
      await output.stdout.push(carried.secrets.mask(text));
    }
    return exitCode.success;
  } finally {
    await workspace.close();
  }
}

/** @throws Refusal when there is no such task, or nothing is known that an engine would be given */
function nativeOf(explained: readonly Explained[], id: string): string {
  const all = explained.flatMap(function below(task: Explained): Explained[] {
    return [task, ...Object.values(task.branches ?? {}).flatMap(tasks => tasks.flatMap(below))];
  });
  const task = all.find(each => each.id === id);
  if (!task)
    throw new Refusal('bad-argument', `The flow has no task ${id}. It has ${all.map(each => each.id).join(', ')}.`);
  if (task.run?.native !== undefined) return task.run.native;
  const why = task.unknown ?? 'it runs in no container';
  throw new Refusal('bad-argument', `There is no docker line and no pod for the task ${id}: ${why}`);
}

const mostColumns = 2000;

const lists = ['tasks', 'errors', 'finally', 'afterExecution'] as const;

async function explainFlow(carried: Carried, flow: Flow): Promise<Record<string, readonly Explained[]>> {
  const explained: Record<string, readonly Explained[]> = {};
  for (const name of lists) if (flow[name].length > 0) explained[name] = await explainTasks(carried, flow[name]);
  return explained;
}

async function explainTasks(carried: Carried, tasks: readonly Task[]): Promise<Explained[]> {
  const explained: Explained[] = [];
  for (const task of tasks) explained.push(await explainTask(carried, task));
  return explained;
}

async function explainTask(carried: Carried, task: Task): Promise<Explained> {
  const planned = await planTask(carried, task);
  const branches: Record<string, readonly Explained[]> = {};
  for (const [name, tasks] of Object.entries(task.branches)) branches[name] = await explainTasks(carried, tasks);
  return {
    id: task.id,
    type: task.type,
    ...(task.disabled && { disabled: true }),
    ...(task.runIf !== undefined && { runIf: task.runIf }),
    ...(task.timeout !== undefined && { timeout: task.timeout }),
    ...(task.retry && { retry: task.retry }),
    ...(planned && ('unknown' in planned ? planned : { run: await explainRun(planned, task.id, carried) })),
    ...(Object.keys(branches).length > 0 && { branches }),
  };
}

async function explainRun(planned: PlannedRun, taskId: string, carried: Carried): Promise<ExplainedRun> {
  const { plan, workDir, filesIn } = planned;
  const given = isMap(plan.runnerConfig as Value) ? (plan.runnerConfig as ValueMap) : {};
  const { type: _, ...runnerProperties } = given;
  const native = await nativeForm(planned, given, taskId, carried);
  return {
    runner: plan.runner.type,
    runnerProperties,
    ...(plan.image !== undefined && { image: plan.image }),
    argv: plan.argv,
    env: plan.env,
    workingDir: workDir,
    filesIn,
    filesOut: plan.outputFiles,
    ...(native !== undefined && { native }),
  };
}

function flowText(flow: Flow, explained: Record<string, readonly Explained[]>, style: Palette): string {
  const parts = Object.entries(explained).map(
    ([name, tasks]) => `${name === 'tasks' ? '' : `${style.dim(name)}\n`}${tasksText(tasks, '', style)}`,
  );
  return `${style.bold(`${flow.namespace}.${flow.id}`)}\n${parts.join('')}`;
}

function tasksText(tasks: readonly Explained[], indent: string, style: Palette): string {
  return tasks
    .map((task, index) => {
      const isLast = index === tasks.length - 1;
      const below = `${indent}${isLast ? '   ' : '│  '}`;
      const head = `${indent}${isLast ? '└─ ' : '├─ '}${style.accent(task.id)}  ${style.dim(task.type)}\n`;
      const branches = Object.entries(task.branches ?? {});
      const children = branches.map(([name, inner]) => {
        const single = branches.length === 1 && name === 'tasks';
        return `${single ? '' : `${below}${style.dim(`${name}:`)}\n`}${tasksText(inner, below, style)}`;
      });
      return (
        head +
        details(task, style)
          .flatMap(text => text.split('\n'))
          .map(line => `${below}${cut(line)}\n`)
          .join('') +
        children.join('')
      );
    })
    .join('');
}

function details({ disabled, runIf, timeout, retry, unknown, run }: Explained, style: Palette): string[] {
  const line = (name: string, value: string) => `${style.dim(name.padEnd(8))} ${value}`;
  const lines: string[] = [];
  if (disabled) lines.push(style.warn('disabled: it does not run'));
  if (runIf !== undefined) lines.push(line('runIf', runIf));
  if (timeout !== undefined) lines.push(line('timeout', timeout));
  if (retry) lines.push(line('retry', JSON.stringify(retry)));
  if (unknown !== undefined) lines.push(style.warn(`known only when it runs: ${unknown.split('\n')[0]}`));
  if (!run) return lines;
  lines.push(line('runner', [run.runner.replace(/.*\./, ''), propertiesText(run.runnerProperties)].join('  ').trim()));
  if (run.image !== undefined) lines.push(line('image', run.image));
  lines.push(line('argv', JSON.stringify(run.argv)));
  for (const [name, value] of Object.entries(run.env)) lines.push(line('env', `${name}=${value}`));
  if (run.filesIn.length > 0) lines.push(line('in', run.filesIn.join(', ')));
  if (run.filesOut.length > 0) lines.push(line('out', run.filesOut.join(', ')));
  if (run.native !== undefined) {
    const [first = '', ...rest] = run.native.trimEnd().split('\n');
    lines.push(line('as', first), ...rest.map(text => `         ${text}`));
  }
  return lines;
}

/** The files of a pod stand in it as one long line; `--native` has it whole. */
function cut(line: string): string {
  return line.length > mostColumns ? `${line.slice(0, mostColumns)} …` : line;
}

function propertiesText(properties: ValueMap): string {
  return Object.keys(properties).length === 0 ? '' : JSON.stringify(properties);
}
