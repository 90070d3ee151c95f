/** Rows of task runs: one each, so that a transition writes only what it touched. */
import type { TaskRun } from '../../model/execution.ts';
import { parseJson, writeJson } from '../../model/json.ts';
import type { Connection } from './connection.ts';
import type { ExecutionKey } from './executions.ts';

export function saveTaskRun(db: Connection, execution: ExecutionKey, taskRun: TaskRun): void {
  db.sql(
    `INSERT INTO task_runs (execution, id, document) VALUES (?, ?, ?)
       ON CONFLICT (execution, id) DO UPDATE SET document = excluded.document`,
  ).run(execution, taskRun.id, writeJson(taskRun));
}

/** In the order in which they were first saved. */
export function taskRunsOf(db: Connection, execution: ExecutionKey): readonly TaskRun[] {
  const rows = db.sql('SELECT document FROM task_runs WHERE execution = ? ORDER BY key').all(execution);
  return rows.map(row => parseJson(String(row.document)) as unknown as TaskRun);
}
