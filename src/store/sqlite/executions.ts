/** Rows of executions: the document, what lists show of it, and who may write it. */
import type { Execution } from '../../model/execution.ts';
import { parseJson, writeJson } from '../../model/json.ts';
import { isSettled } from '../../model/next-try.ts';
import { isTerminal, type State } from '../../model/states.ts';
import { type Claim, FencedError, type NewExecution } from '../store.ts';
import type { Connection } from './connection.ts';
import { addStateChanges, stateChangesOf } from './state-changes.ts';

/** The number by which all other tables name an execution. */
export type ExecutionKey = number;

export function insertExecution(db: Connection, { execution, source, flowIndex }: NewExecution, owner: string) {
  const key = Number(
    db
      .sql(
        `INSERT INTO executions (id, fence, owner, state, ended, parent_execution_id, namespace, flow_id, start_date,
           end_date, document) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        execution.id,
        owner,
        execution.state.current,
        Number(isSettled(execution)),
        execution.parent?.executionId ?? null,
        execution.namespace,
        execution.flowId,
        startDate(execution),
        endDate(execution),
        document(execution),
      ).lastInsertRowid,
  );
  addStateChanges(db, key, execution.state.histories);
  db.sql('INSERT INTO sources (execution, flow_index, source) VALUES (?, ?, ?)').run(key, flowIndex, source);
  return key;
}

export function updateExecution(db: Connection, key: ExecutionKey, execution: Execution): void {
  db.sql('UPDATE executions SET state = ?, ended = ?, end_date = ?, document = ? WHERE key = ?').run(
    execution.state.current,
    Number(isSettled(execution)),
    endDate(execution),
    document(execution),
    key,
  );
  addStateChanges(db, key, execution.state.histories);
}

/** The key of the execution that the claim is for. @throws FencedError when the claim no longer holds */
export function keyOf(db: Connection, { executionId, token }: Claim): ExecutionKey {
  const row = db.sql('SELECT key FROM executions WHERE id = ? AND fence = ?').get(executionId, token);
  if (row === undefined) {
    throw new FencedError(`Execution ${executionId} was taken over by another process, released or deleted.`);
  }
  return Number(row.key);
}

export function findExecution(db: Connection, id: string) {
  const row = db
    .sql(
      `SELECT key, document, flow_index, source FROM executions JOIN sources ON sources.execution = executions.key
        WHERE id = ?`,
    )
    .get(id);
  if (row === undefined) return undefined;
  const key = Number(row.key);
  const { state, ...execution } = parseJson(String(row.document)) as unknown as Execution;
  return {
    key,
    execution: { ...execution, state: { ...state, histories: stateChangesOf(db, key) } },
    flowIndex: Number(row.flow_index),
    source: String(row.source),
  };
}

/** What claims and lists need; the document is not read. */
export interface ExecutionRow {
  readonly key: ExecutionKey;
  readonly id: string;
  readonly fence: number;
  readonly owner: string | null;
  readonly state: State;
  readonly ended: 0 | 1;
  readonly parent_execution_id: string | null;
  readonly namespace: string;
  readonly flow_id: string;
  readonly start_date: string;
  readonly end_date: string | null;
}

const columns =
  'key, id, fence, owner, state, ended, parent_execution_id, namespace, flow_id, start_date, end_date' as const;

export function executionRow(db: Connection, id: string): ExecutionRow | undefined {
  return db.sql(`SELECT ${columns} FROM executions WHERE id = ?`).get(id) as ExecutionRow | undefined;
}

/** @param limit negative: all */
export function listedExecutions(db: Connection, order: 'ASC' | 'DESC', limit: number): readonly ExecutionRow[] {
  return db
    .sql(`SELECT ${columns} FROM executions ORDER BY key ${order} LIMIT ?`)
    .all(limit) as unknown as ExecutionRow[];
}

/** Those that have not ended, oldest first, without those that another one waits for. */
export function openExecutions(db: Connection): readonly ExecutionRow[] {
  return db
    .sql(
      `SELECT ${columns} FROM executions AS child WHERE ended = 0 AND NOT EXISTS (
         SELECT 1 FROM executions AS parent WHERE parent.id = child.parent_execution_id AND parent.ended = 0
       ) ORDER BY key`,
    )
    .all() as unknown as ExecutionRow[];
}

/** The execution and all its descendants. */
export function familyOf(db: Connection, id: string): readonly ExecutionRow[] {
  return db
    .sql(
      `WITH RECURSIVE family (family_id) AS (
         SELECT ? UNION SELECT id FROM executions JOIN family ON parent_execution_id = family_id
       ) SELECT ${columns} FROM executions JOIN family ON id = family_id ORDER BY key`,
    )
    .all(id) as unknown as ExecutionRow[];
}

/** Gives the execution to an owner; false when it has changed hands since `row` was read. */
export function takeOver(db: Connection, row: ExecutionRow, owner: string): boolean {
  return (
    db
      .sql('UPDATE executions SET fence = fence + 1, owner = ? WHERE key = ? AND fence = ?')
      .run(owner, row.key, row.fence).changes === 1
  );
}

/** Ends a claim, so that it is good for nothing any more. */
export function letGo(db: Connection, { executionId, token }: Claim): void {
  db.sql('UPDATE executions SET fence = fence + 1, owner = NULL WHERE id = ? AND fence = ?').run(executionId, token);
}

export function letGoOfAll(db: Connection, owner: string): void {
  db.sql('UPDATE executions SET fence = fence + 1, owner = NULL WHERE owner = ?').run(owner);
}

/** With all that hangs on it. */
export function deleteExecution(db: Connection, key: ExecutionKey): void {
  db.sql('DELETE FROM executions WHERE key = ?').run(key);
}

/** All but the history, which has rows of its own. */
function document(execution: Execution): string {
  return writeJson({ ...execution, state: { current: execution.state.current } });
}

function startDate({ state }: Execution): string {
  return state.histories[0]?.date ?? '';
}

function endDate({ state }: Execution): string | null {
  return isTerminal(state.current) ? (state.histories.at(-1)?.date ?? null) : null;
}
