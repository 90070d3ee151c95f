/** All task types that the engine carries out itself. */
import type { Flowable } from '../flowable.ts';
import { allowFailure } from './allow-failure.ts';
import { dag } from './dag.ts';
import { exit } from './exit.ts';
import { eachParallel, eachSequential, forEach } from './for-each.ts';
import { forEachItem } from './for-each-item.ts';
import { ifTask } from './if.ts';
import { labels } from './labels.ts';
import { loopUntil } from './loop-until.ts';
import { parallel } from './parallel.ts';
import { pause } from './pause.ts';
import { sequential } from './sequential.ts';
import { subflow } from './subflow.ts';
import { switchTask } from './switch.ts';
import { setVariables, unsetVariables } from './variables.ts';
import { workingDirectory } from './working-directory.ts';

export const flowables: readonly Flowable[] = [
  sequential,
  parallel,
  ifTask,
  switchTask,
  forEach,
  eachSequential,
  eachParallel,
  forEachItem,
  dag,
  allowFailure,
  workingDirectory,
  pause,
  loopUntil,
  subflow,
  exit,
  labels,
  setVariables,
  unsetVariables,
];

const byType = new Map(flowables.map(flowable => [flowable.type, flowable]));

/** The flowable of a canonical task type; undefined where a worker runs the task. */
export function flowableOf(type: string): Flowable | undefined {
  return byType.get(type);
}
