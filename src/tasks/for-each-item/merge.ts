import { z } from 'zod';
import { storeNew } from '../core/stored-file.ts';
import type { RunnableTaskType, TaskContext } from '../task-type.ts';
import { siblingOutput } from './sibling-outputs.ts';

/** Third of a ForEachItem: joins the outputs of all executions into one file, in the order of the batches. */
export const mergeOutputs: RunnableTaskType = {
  type: 'io.kestra.plugin.core.flow.ForEachItem$ForEachItemMergeOutputs',
  aliases: [],
  title: 'Join the outputs of the batches',
  kind: 'runnable',
  schema: () => z.looseObject({}),
  async run(context) {
    const { task, storage } = context;
    const base = siblingOutput(String(task.properties.itemsTask), 'subflowOutputsBaseUri', context);
    const folder = `kestra://${base}/`;
    const found: { readonly uri: string; readonly iteration: number }[] = [];
    for await (const uri of storage.list(folder)) {
      const iteration = /^(\d+)\/outputs\.ion$/.exec(uri.slice(folder.length))?.[1];
      if (iteration !== undefined) found.push({ uri, iteration: Number(iteration) });
    }
    if (found.length === 0) return { state: 'SUCCESS', outputs: {} };
    found.sort((a, b) => a.iteration - b.iteration);
    const subflowOutputs = await storeNew(context, joined(found, context), '.ion', 'outputs.ion');
    return { state: 'SUCCESS', outputs: { subflowOutputs } };
  },
};

async function* joined(
  files: readonly { readonly uri: string }[],
  { storage }: TaskContext,
): AsyncGenerator<Uint8Array> {
  for (const { uri } of files) yield* await storage.get(uri);
}
