/** Whose turn it is, among the executions of one flow. */
import { isTerminal, type State } from '../../model/states.ts';
import type { Connection } from './connection.ts';
import type { ExecutionKey } from './executions.ts';

/** Other executions of the same flow that run, and those that have waited longer. */
export function runningBeside(db: Connection, key: ExecutionKey): readonly { readonly owner: string | null }[] {
  const rows = db
    .sql(
      `SELECT other.key, other.owner, other.state FROM executions AS other JOIN executions AS own
         ON own.key = ? AND other.namespace = own.namespace AND other.flow_id = own.flow_id
         WHERE other.ended = 0 AND other.key <> own.key`,
    )
    .all(key) as unknown as { readonly key: ExecutionKey; readonly owner: string | null; readonly state: State }[];
  return rows.filter(({ state, key: other }) => {
    if (state === 'CREATED' || isTerminal(state)) return false;
    return state !== 'QUEUED' || other < key;
  });
}

/**
 * The row says RUNNING, for others that count. The document follows with the execution's next commit; after a crash
 * before that, the execution asks for its turn again.
 */
export function giveTurn(db: Connection, key: ExecutionKey): void {
  db.sql("UPDATE executions SET state = 'RUNNING' WHERE key = ?").run(key);
}
