/** `windlass explain FLOW`: what would run, in which order and exactly how; nothing is run. */

import { catalogFor } from './catalog.ts';
import { exitCode } from './exit-code.ts';
import { type Explained, explainFlow } from './explained-flow.ts';
import { readRunnableFlows } from './flow-file.ts';
import { needlessInputs, refusedInputs } from './given-inputs.ts';
import { parseInputArguments } from './input-arguments.ts';
import type { Invocation } from './invocation.ts';
import { masked } from './masked.ts';
import { Refusal } from './refusal.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { explainedText } from './terminal/explained-text.ts';
import { palette } from './terminal/style.ts';
import { openWorkspace } from './workspace.ts';

export interface ExplainOptions extends SettingsOptions {
  readonly input?: readonly string[];
  readonly json?: boolean;
  /** The task of which only the native form is wanted. */
  readonly native?: string;
}

export async function explain(
  path: string,
  options: ExplainOptions,
  { output, environment }: Invocation,
): Promise<number> {
  const { config } = readSettings(options, environment);
  const file = readRunnableFlows(path, catalogFor(config, environment), config, output.stderr.colors);
  const workspace = await openWorkspace({ ephemeral: true });
  try {
    const [flow] = file.flows;
    if (!flow) throw new Refusal('invalid-flow', `There is no flow in ${path}.`);
    const inputs = parseInputArguments(options.input ?? []);
    for (const note of needlessInputs(flow.inputs, inputs)) output.stderr.write(`${note}\n`);
    const session = workspace.session(config, environment, {});
    const carried = await session.look({
      flows: file.flows,
      flowIndex: 0,
      source: file.source,
      inputs,
      labels: [],
    });
    if ('violations' in carried) throw refusedInputs(carried);
    const lists = await explainFlow(carried, flow);
    if (options.native !== undefined) {
      const form = nativeOf(masked(carried, Object.values(lists).flat()) as Explained[], options.native);
      await output.stdout.push(`${form.trimEnd()}\n`);
    } else if (options.json) {
      const document = { id: flow.id, namespace: flow.namespace, ...lists };
      await output.stdout.push(`${JSON.stringify(masked(carried, document), null, 2)}\n`);
    } else {
      const text = explainedText(flow, lists, palette(output.stdout.colors));
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
  const why = task.unknown ?? task.refused ?? 'it runs in no container';
  throw new Refusal('bad-argument', `There is no docker line and no pod for the task ${id}: ${why}`);
}
