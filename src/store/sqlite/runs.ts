/** Rows of runs: one program started for one attempt of one task run. */
import type { SQLOutputValue } from 'node:sqlite';
import { parseJson, writeJson } from '../../model/json.ts';
import type { Value, ValueMap } from '../../model/value.ts';
import type { RunProgress, RunRecord } from '../store.ts';
import type { Connection } from './connection.ts';
import type { ExecutionKey } from './executions.ts';

/** What is absent in the record keeps the value that is stored. */
export function saveRun(db: Connection, execution: ExecutionKey, record: RunRecord): void {
  db.sql(
    `INSERT INTO runs (execution, task_run_id, attempt, captures, handle, log_cursor, vars)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (execution, task_run_id, attempt) DO UPDATE SET
         captures = coalesce(excluded.captures, captures),
         handle = coalesce(excluded.handle, handle),
         log_cursor = coalesce(excluded.log_cursor, log_cursor),
         vars = excluded.vars`,
  ).run(
    execution,
    record.taskRunId,
    record.attempt,
    optionalJson(record.captures),
    optionalJson(record.handle),
    optionalJson(record.logCursor),
    writeJson(record.vars),
  );
}

/** @throws Error when the run was never saved */
export function moveRun(db: Connection, execution: ExecutionKey, progress: RunProgress): void {
  const { changes } = db
    .sql(
      `UPDATE runs SET log_cursor = ?, vars = coalesce(?, vars) WHERE execution = ? AND task_run_id = ? AND attempt = ?`,
    )
    .run(writeJson(progress.logCursor), optionalJson(progress.vars), execution, progress.taskRunId, progress.attempt);
  if (changes === 0) {
    throw new Error(
      `Progress of a run that was not saved: task run ${progress.taskRunId}, attempt ${progress.attempt}.`,
    );
  }
}

export function findRun(
  db: Connection,
  execution: ExecutionKey,
  taskRunId: string,
  attempt: number,
): RunRecord | undefined {
  const row = db
    .sql('SELECT * FROM runs WHERE execution = ? AND task_run_id = ? AND attempt = ?')
    .get(execution, taskRunId, attempt);
  return row && recordOf(row);
}

/** By task run and attempt. */
export function runsOf(db: Connection, execution: ExecutionKey): readonly RunRecord[] {
  return db.sql('SELECT * FROM runs WHERE execution = ? ORDER BY task_run_id, attempt').all(execution).map(recordOf);
}

/** Does nothing when there is none. */
export function deleteRun(db: Connection, execution: ExecutionKey, taskRunId: string, attempt: number): void {
  db.sql('DELETE FROM runs WHERE execution = ? AND task_run_id = ? AND attempt = ?').run(execution, taskRunId, attempt);
}

function recordOf(row: Record<string, SQLOutputValue>): RunRecord {
  return {
    taskRunId: String(row.task_run_id),
    attempt: Number(row.attempt),
    ...(row.handle !== null && { handle: parseJson(String(row.handle)) as ValueMap }),
    ...(row.log_cursor !== null && { logCursor: parseJson(String(row.log_cursor)) }),
    vars: parseJson(String(row.vars)) as ValueMap,
    ...(row.captures !== null && { captures: parseJson(String(row.captures)) as readonly ValueMap[] }),
  };
}

function optionalJson(value: Value | object | undefined): string | null {
  return value === undefined ? null : writeJson(value);
}
