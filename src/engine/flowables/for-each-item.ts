import { z } from 'zod';
import type { Flowable } from '../flowable.ts';
import { errorBranches } from './branches.ts';

const map = () => z.record(z.string(), z.unknown());
const type = 'io.kestra.plugin.core.flow.ForEachItem';

/** What of its properties the task gets that runs the batches. */
const ofItems = [
  'namespace',
  'flowId',
  'revision',
  'inputs',
  'labels',
  'wait',
  'transmitFailed',
  'inheritLabels',
  'scheduleDate',
  'restartBehavior',
] as const;

export const forEachItem: Flowable = {
  type,
  aliases: ['io.kestra.core.tasks.flows.ForEachItem'],
  title: 'Run another flow for each batch of the items in a file.',
  kind: 'flowable',
  schema: () =>
    z.strictObject({
      items: z.string().meta({ title: 'The file with the items', description: 'A kestra:/// URI; an item a line.' }),
      batch: z
        .strictObject({
          rows: z.union([z.int(), z.string()]).optional(),
          bytes: z.string().optional(),
          partitions: z.union([z.int(), z.string()]).optional(),
          separator: z.string().optional(),
        })
        .optional()
        .meta({
          title: 'How the items are divided',
          description: 'One of rows, bytes, partitions; a row each if none.',
        }),
      namespace: z.string().meta({ title: 'The namespace of the flow' }),
      flowId: z.string().meta({ title: 'The id of the flow' }),
      revision: z.union([z.int(), z.string()]).optional().meta({ title: 'The revision of the flow' }),
      inputs: map().optional().meta({
        title: 'The inputs of the flow',
        description: 'taskrun.items is the file of the batch, taskrun.iteration its number from 1.',
      }),
      labels: z
        .union([map(), z.array(z.unknown())])
        .optional()
        .meta({ title: 'Labels of the executions' }),
      wait: z.boolean().optional().meta({ title: 'Whether to wait for their end', default: true }),
      transmitFailed: z.boolean().optional().meta({ title: 'Whether a failure is a failure here', default: true }),
      inheritLabels: z.boolean().optional().meta({ title: 'Whether they get the labels here', default: false }),
      scheduleDate: z.string().optional().meta({
        title: 'When to start them',
        description: 'A date and time with zone or offset; their executions are CREATED until then.',
      }),
      restartBehavior: z.enum(['RETRY_FAILED', 'NEW_EXECUTION']).optional().meta({ title: 'What a restart does' }),
    }),
  branches: errorBranches,
  /** As Kestra shows it: three tasks of its own, one after the other. */
  ownTasks: (id, properties) => {
    const { rows, bytes, partitions, separator } = (properties.batch ?? {}) as Record<string, string>;
    const rule = bytes === undefined && partitions === undefined ? { rows: rows ?? 1 } : { bytes, partitions, rows };
    const given = { items: properties.items, ...rule, separator };
    const picked = Object.fromEntries(ofItems.map(name => [name, properties[name]] as const));
    return [
      { id: `${id}_split`, type: `${type}$ForEachItemSplit`, properties: present(given) },
      {
        id: `${id}_items`,
        type: `${type}$ForEachItemExecutable`,
        properties: present({ splitTask: `${id}_split`, ...picked }),
      },
      { id: `${id}_merge`, type: `${type}$ForEachItemMergeOutputs`, properties: { itemsTask: `${id}_items` } },
    ];
  },
  step: container => container.sequential('tasks'),
  ending: container => container.scope('tasks'),
};

function present<T>(properties: Readonly<Record<string, T | undefined>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(properties).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
