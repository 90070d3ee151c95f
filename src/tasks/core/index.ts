/** The core task types that a worker runs. */
import type { RunnableTaskType } from '../task-type.ts';
import { assert } from './assert.ts';
import { concat } from './concat.ts';
import { fail } from './fail.ts';
import { localFiles } from './local-files.ts';
import { echo, log } from './log.ts';
import { outputValues } from './output-values.ts';
import { publishMetrics } from './publish-metrics.ts';
import { returnTask } from './return.ts';
import { reverse } from './reverse.ts';
import { deleteFile, size } from './size-and-delete.ts';
import { sleep } from './sleep.ts';
import { split } from './split.ts';

export const coreTaskTypes: readonly RunnableTaskType[] = [
  log,
  echo,
  returnTask,
  outputValues,
  fail,
  assert,
  sleep,
  publishMetrics,
  localFiles,
  concat,
  split,
  reverse,
  size,
  deleteFile,
];
