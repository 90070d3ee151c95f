/** Rows of messages: what other processes ask of the one that carries an execution out. */
import { parseJson, writeJson } from '../../model/json.ts';
import type { ValueMap } from '../../model/value.ts';
import type { Connection } from './connection.ts';
import type { ExecutionKey } from './executions.ts';

export function addMessage(db: Connection, executionId: string, message: ValueMap): void {
  db.sql('INSERT INTO messages (execution, document) SELECT key, ? FROM executions WHERE id = ?').run(
    writeJson(message),
    executionId,
  );
}

export function hasMessages(db: Connection, executionId: string): boolean {
  const row = db
    .sql(
      'SELECT 1 FROM messages JOIN executions ON executions.key = messages.execution WHERE executions.id = ? LIMIT 1',
    )
    .get(executionId);
  return row !== undefined;
}

/** All messages, oldest first; they are gone with this transaction. */
export function takeMessages(db: Connection, execution: ExecutionKey): readonly ValueMap[] {
  const rows = db.sql('DELETE FROM messages WHERE execution = ? RETURNING key, document').all(execution);
  return rows
    .sort((one, other) => Number(one.key) - Number(other.key))
    .map(row => parseJson(String(row.document)) as ValueMap);
}
