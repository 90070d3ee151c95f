/** Rows of log entries; their sequence is the order in which they were stored. */
import type { LogEntry } from '../../model/execution.ts';
import type { LogLevel } from '../../model/flow.ts';
import type { Connection } from './connection.ts';
import type { ExecutionKey } from './executions.ts';

export function appendLogs(db: Connection, execution: ExecutionKey, entries: readonly LogEntry[]): void {
  const insert = db.sql(
    `INSERT INTO logs (execution, timestamp, level, task_id, task_run_id, attempt_number, message)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { timestamp, level, taskId, taskRunId, attemptNumber, message } of entries) {
    insert.run(execution, timestamp, level, taskId ?? null, taskRunId ?? null, attemptNumber ?? null, message);
  }
}

export function dropLogs(db: Connection, execution: ExecutionKey, taskRunId: string, attempt: number): void {
  db.sql('DELETE FROM logs WHERE execution = ? AND task_run_id = ? AND attempt_number = ?').run(
    execution,
    taskRunId,
    attempt,
  );
}

export type StoredLogEntry = LogEntry & { readonly sequence: number };

/** At most `limit` entries behind the sequence `after`, in order. */
export function logsAfter(db: Connection, executionId: string, after: number, limit: number): StoredLogEntry[] {
  const rows = db
    .sql(
      `SELECT sequence, timestamp, level, task_id, task_run_id, attempt_number, message FROM logs
        WHERE execution = (SELECT key FROM executions WHERE id = ?) AND sequence > ? ORDER BY sequence LIMIT ?`,
    )
    .all(executionId, after, limit);
  return rows.map(row => ({
    sequence: Number(row.sequence),
    timestamp: String(row.timestamp),
    level: String(row.level) as LogLevel,
    message: String(row.message),
    ...(row.task_id !== null && { taskId: String(row.task_id) }),
    ...(row.task_run_id !== null && { taskRunId: String(row.task_run_id) }),
    ...(row.attempt_number !== null && { attemptNumber: Number(row.attempt_number) }),
  }));
}
