/** The core task types that a worker runs. */
import type { RunnableTaskType } from '../task-type.ts';
import { assert } from './assert.ts';
import { concat } from './concat.ts';
import { count } from './count.ts';
import { deduplicateItems } from './deduplicate-items.ts';
import { fail } from './fail.ts';
import { filterItems } from './filter-items.ts';
import { localFiles } from './local-files.ts';
import { echo, log } from './log.ts';
import { fetchLogs } from './log-fetch.ts';
import { outputValues } from './output-values.ts';
import { publishMetrics } from './publish-metrics.ts';
import { purgeExecutions } from './purge-executions.ts';
import { purgeCurrentExecutionFiles } from './purge-files.ts';
import { purgeLogs } from './purge-logs.ts';
import { resumeExecution } from './resume.ts';
import { returnTask } from './return.ts';
import { reverse } from './reverse.ts';
import { deleteFile, size } from './size-and-delete.ts';
import { sleep } from './sleep.ts';
import { split } from './split.ts';
import { write } from './write.ts';

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
  write,
  filterItems,
  deduplicateItems,
  purgeCurrentExecutionFiles,
  fetchLogs,
  count,
  purgeExecutions,
  purgeLogs,
  resumeExecution,
];
