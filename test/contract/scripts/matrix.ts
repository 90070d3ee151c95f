/** Runs script cases with one runner and says, in comparable form, what each gave. */
import type { Value } from '../../../src/model/value.ts';
import { FlowHarness } from '../../tasks/flow-harness.ts';
import type { ScriptCase } from './cases.ts';

/** What a case gave: nothing in it is random or a path. */
export interface CaseResult {
  readonly state: string;
  /** By level, in order: stdout is INFO, stderr ERROR. */
  readonly said: Readonly<Record<string, readonly string[]>>;
  readonly outputs: unknown;
  readonly files: Readonly<Record<string, string>>;
  readonly metrics: readonly unknown[];
}

const shell = 'io.kestra.plugin.scripts.shell.Commands';

/** What the cases run with. */
export interface MatrixRunner {
  /** As in a flow. */
  readonly taskRunner: object;
  /** For those that start containers. */
  readonly image?: string;
  /** Over that of this process: where the engine is. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many cases run at the same time; 2, for a container spends most of its time in the engine. */
  readonly atOnce?: number;
}

export async function runMatrix(
  { taskRunner, image, environment, atOnce = 2 }: MatrixRunner,
  cases: readonly ScriptCase[],
): Promise<Record<string, CaseResult>> {
  const harness = new FlowHarness({ ...process.env, ...environment });
  try {
    const tasks = cases.map(({ id, properties }) => ({
      id,
      type: shell,
      taskRunner,
      ...(image !== undefined && { containerImage: image }),
      allowFailure: true,
      ...properties,
    }));
    // JSON is YAML.
    const whole = { tasks: [{ id: 'all', type: 'io.kestra.plugin.core.flow.Parallel', concurrent: atOnce, tasks }] };
    const document = await harness.run(
      `id: matrix\nnamespace: a.b\n${JSON.stringify(whole).slice(1, -1).replace('"tasks":', 'tasks: ')}`,
    );
    const results: Record<string, CaseResult> = {};
    for (const { id } of cases) {
      const run = document.taskRunList.find(({ taskId }) => taskId === id);
      const { outputFiles, taskRunner: _details, ...outputs } = (run?.outputs ?? {}) as Record<string, Value>;
      const files: Record<string, string> = {};
      for (const [name, uri] of Object.entries(outputFiles ?? {})) {
        const text = await harness.workspace.storage.getText(String(uri));
        files[name] = text.length > 1000 ? `${text.length} characters` : text;
      }
      results[id] = {
        state: run?.state.current ?? 'none',
        said: byLevel(document.logs.filter(({ taskId }) => taskId === id)),
        outputs,
        files,
        metrics: document.metrics
          .filter(({ taskId }) => taskId === id)
          .map(({ name, type, value, tags }) => ({ name, type, value, tags })),
      };
    }
    return results;
  } finally {
    await harness.close();
  }
}

function byLevel(logs: readonly { readonly level: string; readonly message: string }[]): Record<string, string[]> {
  const said: Record<string, string[]> = {};
  for (const { level, message } of logs) {
    // What Windlass itself says of its work is not the program's.
    if (level === 'DEBUG' && message !== 'quiet') continue;
    said[level] = [...(said[level] ?? []), message.replace(/ in the image .*$/, '')];
  }
  return said;
}

/** As a runner gives it that does not tell stdout and stderr apart: what the program says is INFO, in no sure order. */
export function inOneStream(result: CaseResult | undefined): CaseResult | undefined {
  if (result === undefined) return undefined;
  const { INFO = [], ERROR = [], ...others } = result.said;
  const ours = ERROR.filter(message => message.startsWith('Command failed'));
  const theirs = ERROR.filter(message => !ours.includes(message));
  return { ...result, said: { ...others, INFO: [...INFO, ...theirs].toSorted(), ERROR: ours } };
}
