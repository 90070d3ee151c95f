/** Rows of log entries; their sequence is the order in which they were stored. */
import type { LogEntry } from '../../model/execution.ts';
import type { LogLevel } from '../../model/flow.ts';
import type { LogSelection } from '../store.ts';
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

export function purgeLogs(db: Connection, selection: LogSelection): number {
  const { namespace, flowId, executionId, levels, from, before } = selection;
  // With a flow the namespace is its own; nothing begins with a line break.
  const below = flowId === undefined ? `${namespace}.` : '\n';
  return Number(
    db
      .sql(
        `DELETE FROM logs WHERE timestamp < ? AND timestamp >= ?
           AND (? IS NULL OR instr(?, ',' || level || ',') > 0)
           AND execution IN (SELECT key FROM executions WHERE ended = 1
             AND (? IS NULL OR namespace = ? OR substr(namespace, 1, length(?)) = ?)
             AND (? IS NULL OR flow_id = ?) AND (? IS NULL OR id = ?))`,
      )
      .run(
        before,
        from ?? '',
        ...twice(levels && `,${levels.join()},`),
        ...twice(namespace),
        below,
        below,
        ...twice(flowId),
        ...twice(executionId),
      ).changes,
  );
}

function twice(value: string | undefined): readonly [string | null, string | null] {
  return [value ?? null, value ?? null];
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
