/** What of an execution is compared: the recording's form, made from the document that `run --json` gives. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A log line that a script or a log task said. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly taskId: string;
}

export interface Metric {
  readonly name: string;
  readonly type: string;
  readonly value: Json;
  readonly tags: Json;
}

export interface ComparedTaskRun {
  readonly taskId: string;
  readonly value: string | null;
  /** The task id of its parent. */
  readonly parent: string | null;
  readonly state: string;
  readonly attempts: readonly string[];
  readonly outputs: Json;
}

/** An execution as it was recorded. */
export interface Recorded {
  readonly state: string;
  readonly histories: readonly string[];
  readonly labels: readonly { readonly key: string; readonly value: string }[] | null;
  readonly inputs: Json;
  readonly outputs: Json;
  readonly taskRuns: readonly ComparedTaskRun[];
  readonly logs: readonly Line[];
  /** The engine itself said something of that level at that task. */
  readonly engineMessages: readonly (readonly [string | null, string])[];
  readonly metrics: readonly Metric[];
}

/** An execution of ours in the same form. Its log lines keep the task run that they belong to. */
export interface Given extends Omit<Recorded, 'logs' | 'engineMessages'> {
  readonly logs: readonly { level: string; message: string; taskId?: string; taskRunId?: string }[];
}

interface StateJson {
  readonly current: string;
  readonly histories: readonly { readonly state: string }[];
}

/** As far as the comparison reads it. */
interface ExecutionDocument {
  readonly state: StateJson;
  readonly labels?: readonly { readonly key: string; readonly value: string }[];
  readonly inputs?: Json;
  readonly outputs?: Json;
  readonly taskRunList?: readonly {
    readonly id: string;
    readonly taskId: string;
    readonly value?: string;
    readonly parentTaskRunId?: string;
    readonly state: StateJson;
    readonly attempts?: readonly { readonly state: StateJson }[];
    readonly outputs?: Readonly<Record<string, Json>>;
  }[];
  readonly logs: Given['logs'];
  readonly metrics: readonly Metric[];
}

/** @param text the JSON document of one execution */
export function comparable(text: string): Given {
  const document = JSON.parse(text) as ExecutionDocument;
  const runs = document.taskRunList ?? [];
  const taskIds = new Map(runs.map(run => [run.id, run.taskId]));
  return {
    state: document.state.current,
    histories: document.state.histories.map(({ state }) => state),
    labels: (document.labels ?? []).filter(({ key }) => !key.startsWith('system.')),
    inputs: document.inputs ?? null,
    outputs: document.outputs ?? null,
    taskRuns: runs.map(run => {
      const { taskRunner: _, ...outputs } = run.outputs ?? {};
      return {
        taskId: run.taskId,
        value: run.value ?? null,
        parent: taskIds.get(run.parentTaskRunId ?? '') ?? null,
        state: run.state.current,
        attempts: (run.attempts ?? []).map(({ state }) => state.current),
        outputs,
      };
    }),
    logs: document.logs.filter(({ level }) => ['INFO', 'WARN', 'ERROR'].includes(level)),
    metrics: document.metrics.map(({ name, type, value, tags }) => ({ name, type, value, tags })),
  };
}
