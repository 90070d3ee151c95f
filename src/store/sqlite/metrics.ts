/** Rows of metrics. */
import type { MetricEntry } from '../../model/execution.ts';
import type { Connection } from './connection.ts';
import type { ExecutionKey } from './executions.ts';

export function appendMetrics(db: Connection, execution: ExecutionKey, entries: readonly MetricEntry[]): void {
  const insert = db.sql(
    `INSERT INTO metrics (execution, task_id, task_run_id, name, type, value, tags, timestamp)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { taskId, taskRunId, name, type, value, tags, timestamp } of entries) {
    insert.run(execution, taskId, taskRunId, name, type, value, JSON.stringify(tags), timestamp);
  }
}

/** In the order in which they were stored. */
export function metricsOf(db: Connection, executionId: string): readonly MetricEntry[] {
  const rows = db
    .sql(
      `SELECT task_id, task_run_id, name, type, value, tags, timestamp FROM metrics
        WHERE execution = (SELECT key FROM executions WHERE id = ?) ORDER BY key`,
    )
    .all(executionId);
  return rows.map(row => ({
    taskId: String(row.task_id),
    taskRunId: String(row.task_run_id),
    name: String(row.name),
    type: String(row.type) as MetricEntry['type'],
    // SQLite has no NaN: it stores NULL.
    value: row.value === null ? Number.NaN : Number(row.value),
    tags: JSON.parse(String(row.tags)) as Readonly<Record<string, string>>,
    timestamp: String(row.timestamp),
  }));
}
