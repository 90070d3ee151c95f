import { z } from 'zod';
import type { Execution, TaskResult } from '../../model/execution.ts';
import type { State } from '../../model/states.ts';
import { fileUri } from '../../storage/uris.ts';
import { flagProperty } from '../properties.ts';
import type { ChildExecution, RunnableTaskType, TaskContext } from '../task-type.ts';
import { siblingOutput } from './sibling-outputs.ts';

/** How many executions go on at once: enough to fill the machine's slots, few enough for its memory. */
const atOnce = 16;

/** Second of a ForEachItem: runs the flow for each batch, and keeps the outputs of each in a file. */
export const runItems: RunnableTaskType = {
  type: 'io.kestra.plugin.core.flow.ForEachItem$ForEachItemExecutable',
  aliases: [],
  title: 'Run the flow for each batch',
  kind: 'runnable',
  schema: () => z.looseObject({}),
  async run(context) {
    const { properties } = context.task;
    const wait = await flagProperty('wait', properties.wait, true, context.expressions);
    const transmit = await flagProperty('transmitFailed', properties.transmitFailed, true, context.expressions);
    const batches = await batchesOf(context);
    const states = await runAll(batches, wait, context);
    const counts = countsOf(states, wait);
    const outputs = {
      iterations: counts,
      numberOfBatches: batches.length,
      subflowOutputsBaseUri: context.storagePrefix.slice('kestra://'.length),
    };
    const state = transmit ? worst(states) : 'SUCCESS';
    if (state === 'FAILED') {
      const failed = states.filter(each => each === 'FAILED' || each === 'CANCELLED').length;
      context.log('ERROR', `${failed} of ${batches.length} executions failed.`);
    }
    return { state, outputs };
  },
};

/** The files of the batches, from the task before. */
async function batchesOf(context: TaskContext): Promise<readonly string[]> {
  const uri = siblingOutput(String(context.task.properties.splitTask), 'splits', context);
  const text = await context.storage.getText(uri);
  return text === '' ? [] : text.split('\n');
}

/** Runs the flow for each batch, some at once; the states in which the executions ended, by batch. */
async function runAll(batches: readonly string[], wait: boolean, context: TaskContext): Promise<readonly State[]> {
  const states: State[] = [];
  let next = 0;
  const work = async () => {
    while (next < batches.length && !context.signal.aborted) {
      const iteration = next++;
      try {
        states[iteration] = await runBatch(batches[iteration] as string, iteration, wait, context);
      } catch (error) {
        next = batches.length;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(atOnce, batches.length) }, work));
  // What failed here failed before its execution began; the others have come to their end by now.
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return states;
}

async function runBatch(items: string, iteration: number, wait: boolean, context: TaskContext): Promise<State> {
  const child = await context.startChild({
    iteration,
    taskrun: { items, iteration: iteration + 1 },
    keep: context.task.properties.restartBehavior !== 'NEW_EXECUTION',
  });
  if (!wait) return 'CREATED';
  const ended = await endOf(child, context.signal);
  if (ended.outputs) {
    const { writeIon } = await import('../../expression/ion/index.ts');
    const uri = fileUri(context.storagePrefix, `${iteration + 1}/outputs.ion`);
    await context.storage.put(uri, `${writeIon(ended.outputs)}\n`);
  }
  return ended.state.current;
}

/** A kill of this task run kills the execution, and still waits for its end. */
async function endOf(child: ChildExecution, signal: AbortSignal): Promise<Execution> {
  const kill = () => child.kill();
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  try {
    return await child.ended;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** As Kestra counts: states that were passed through are there with 0. */
function countsOf(states: readonly State[], wait: boolean): Readonly<Record<string, number>> {
  const counts = new Map<string, number>(
    wait && states.length > 0
      ? [
          ['CREATED', 0],
          ['RUNNING', 0],
        ]
      : [],
  );
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function worst(states: readonly State[]): TaskResult['state'] {
  if (states.includes('FAILED') || states.includes('CANCELLED')) return 'FAILED';
  if (states.includes('KILLED')) return 'KILLED';
  return states.includes('WARNING') ? 'WARNING' : 'SUCCESS';
}
