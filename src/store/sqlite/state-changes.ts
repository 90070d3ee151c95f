/** Rows of the states that executions went through: one each, for a LoopUntil of many turns makes a long history. */
import type { State, StateChange } from '../../model/states.ts';
import type { Connection } from './connection.ts';
import type { ExecutionKey } from './executions.ts';

/** Adds what is new: a history only grows. Rewritten with each commit, one of 8,000 changes took 6 ms of CPU time. */
export function addStateChanges(db: Connection, execution: ExecutionKey, histories: readonly StateChange[]): void {
  const last = db.sql('SELECT max(position) AS position FROM state_changes WHERE execution = ?').get(execution);
  const stored = last?.position === null ? 0 : Number(last?.position) + 1;
  const insert = db.sql('INSERT INTO state_changes (execution, position, state, date) VALUES (?, ?, ?, ?)');
  for (const [index, { state, date }] of histories.slice(stored).entries())
    insert.run(execution, stored + index, state, date);
}

/** Oldest first. */
export function stateChangesOf(db: Connection, execution: ExecutionKey): readonly StateChange[] {
  const rows = db.sql('SELECT state, date FROM state_changes WHERE execution = ? ORDER BY position').all(execution);
  return rows.map(row => ({ state: String(row.state) as State, date: String(row.date) }));
}
