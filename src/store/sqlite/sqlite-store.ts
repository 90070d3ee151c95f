/** The store on one SQLite database, shared by all processes of one machine that use its folder. */
import type { LogEntry, MetricEntry } from '../../model/execution.ts';
import { newId } from '../../model/ids.ts';
import type { ValueMap } from '../../model/value.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import type {
  Claim,
  Commit,
  ExecutionSummary,
  ListOptions,
  LogSelection,
  NewExecution,
  RunProgress,
  RunRecord,
  Store,
  StoredExecution,
} from '../store.ts';
import type { Connection, Durability } from './connection.ts';
import { addEffect, effectsOf, removeEffect } from './effects.ts';
import {
  deleteExecution,
  type ExecutionKey,
  type ExecutionRow,
  executionRow,
  familyOf,
  findExecution,
  insertExecution,
  keyOf,
  letGo,
  letGoOfAll,
  listedExecutions,
  openExecutions,
  takeOver,
  updateExecution,
} from './executions.ts';
import { appendLogs, dropLogs, logsAfter, purgeLogs, type StoredLogEntry } from './logs.ts';
import { addMessage, hasMessages, takeMessages } from './messages.ts';
import { appendMetrics, metricsOf } from './metrics.ts';
import { forgetOwner, lease, livingOwners, renewOwner, unseenLease } from './owners.ts';
import { deleteRun, findRun, moveRun, runsOf, saveRun } from './runs.ts';
import { saveTaskRun, taskRunsOf } from './task-runs.ts';
import { giveTurn, runningBeside } from './turns.ts';

/** Entries read at once by `logs`: about 100 KB of usual lines. */
const pageSize = 1000;

export class SqliteStore implements Store {
  readonly ownerId: string;
  readonly #db: Connection;
  readonly #identity: ProcessIdentity;
  /** This store in `owners`: two stores opened by one process are two owners. */
  readonly #owner = newId();
  #renewal: NodeJS.Timeout | undefined;

  constructor(db: Connection, ownerId: string, identity: ProcessIdentity) {
    this.#db = db;
    this.ownerId = ownerId;
    this.#identity = identity;
  }

  async create(created: NewExecution): Promise<Claim> {
    await this.#db.write('FULL', () => {
      this.#enter();
      const key = insertExecution(this.#db, created, this.#owner);
      for (const effect of created.effects) addEffect(this.#db, key, effect);
    });
    this.#keepLease();
    return { executionId: created.execution.id, token: 1 };
  }

  async claim(executionId: string, options: { readonly ended?: boolean } = {}): Promise<Claim | undefined> {
    const found = await this.#db.read(() => {
      const row = executionRow(this.#db, executionId);
      return row && { row, isFree: !livingOwners(this.#db)(row.owner) };
    });
    if (!found?.isFree || (found.row.ended && !options.ended)) return undefined;
    const { row } = found;
    const isTaken = await this.#db.write('NORMAL', () => {
      if (!takeOver(this.#db, row, this.#owner)) return false;
      this.#enter();
      if (row.owner !== null) forgetOwner(this.#db, row.owner);
      return true;
    });
    if (!isTaken) return undefined;
    this.#keepLease();
    return { executionId, token: row.fence + 1 };
  }

  release(claim: Claim): Promise<void> {
    return this.#db.write('NORMAL', () => letGo(this.#db, claim));
  }

  load(executionId: string): Promise<StoredExecution | undefined> {
    return this.#db.read(() => {
      const found = findExecution(this.#db, executionId);
      if (found === undefined) return undefined;
      const { key, ...stored } = found;
      return {
        ...stored,
        taskRuns: taskRunsOf(this.#db, key),
        effects: effectsOf(this.#db, key),
        runs: runsOf(this.#db, key),
      };
    });
  }

  commit(claim: Claim, { execution, taskRuns, effectsAdded, effectsDone, logs, metrics }: Commit): Promise<void> {
    return this.#write('FULL', claim, key => {
      if (execution) updateExecution(this.#db, key, execution);
      for (const taskRun of taskRuns ?? []) saveTaskRun(this.#db, key, taskRun);
      for (const done of effectsDone ?? []) removeEffect(this.#db, key, done);
      for (const effect of effectsAdded ?? []) addEffect(this.#db, key, effect);
      if (logs) appendLogs(this.#db, key, logs);
      if (metrics) appendMetrics(this.#db, key, metrics);
    });
  }

  admit(claim: Claim, limit: number): Promise<boolean> {
    return this.#write('NORMAL', claim, key => {
      const isLiving = livingOwners(this.#db);
      const before = runningBeside(this.#db, key).filter(({ owner }) => isLiving(owner));
      if (before.length >= limit) return false;
      giveTurn(this.#db, key);
      return true;
    });
  }

  run(claim: Claim, taskRunId: string, attempt: number): Promise<RunRecord | undefined> {
    return this.#db.read(() => findRun(this.#db, keyOf(this.#db, claim), taskRunId, attempt));
  }

  saveRun(claim: Claim, record: RunRecord): Promise<void> {
    return this.#write('FULL', claim, key => saveRun(this.#db, key, record));
  }

  deleteRun(claim: Claim, taskRunId: string, attempt: number): Promise<void> {
    return this.#write('NORMAL', claim, key => deleteRun(this.#db, key, taskRunId, attempt));
  }

  dropLogs(claim: Claim, taskRunId: string, attempt: number): Promise<void> {
    return this.#write('NORMAL', claim, key => dropLogs(this.#db, key, taskRunId, attempt));
  }

  saveProgress(claim: Claim, progress: RunProgress): Promise<void> {
    return this.#write('NORMAL', claim, key => {
      moveRun(this.#db, key, progress);
      appendLogs(this.#db, key, progress.logs);
      appendMetrics(this.#db, key, progress.metrics);
    });
  }

  append(
    claim: Claim,
    { logs, metrics }: { readonly logs?: readonly LogEntry[]; readonly metrics?: readonly MetricEntry[] },
  ): Promise<void> {
    return this.#write('NORMAL', claim, key => {
      if (logs) appendLogs(this.#db, key, logs);
      if (metrics) appendMetrics(this.#db, key, metrics);
    });
  }

  send(executionId: string, message: ValueMap): Promise<void> {
    return this.#db.write('FULL', () => addMessage(this.#db, executionId, message));
  }

  async receive(claim: Claim): Promise<readonly ValueMap[]> {
    // Looking is a read: who waits for hours must not write each time.
    if (!(await this.#db.read(() => hasMessages(this.#db, claim.executionId)))) return [];
    return this.#write('FULL', claim, key => takeMessages(this.#db, key));
  }

  list(options: ListOptions = {}): Promise<readonly ExecutionSummary[]> {
    return this.#db.read(() => {
      const isLiving = livingOwners(this.#db);
      const rows = listedExecutions(this.#db, options.oldestFirst ? 'ASC' : 'DESC', options.limit ?? -1);
      return rows.map(row => summary(row, !row.ended && !isLiving(row.owner)));
    });
  }

  interrupted(): Promise<readonly string[]> {
    return this.#db.read(() => {
      const isLiving = livingOwners(this.#db);
      return openExecutions(this.#db).flatMap(({ id, owner }) => (isLiving(owner) ? [] : [id]));
    });
  }

  unseen(): Promise<readonly { readonly id: string; readonly leftMs: number }[]> {
    return this.#db.read(() =>
      openExecutions(this.#db).flatMap(({ id, owner }) => {
        const leftMs = unseenLease(this.#db, owner);
        return leftMs === undefined ? [] : [{ id, leftMs }];
      }),
    );
  }

  async *logs(executionId: string, after = 0): AsyncIterable<readonly StoredLogEntry[]> {
    let last = after;
    for (;;) {
      const from = last;
      const page = await this.#db.read(() => logsAfter(this.#db, executionId, from, pageSize));
      last = page.at(-1)?.sequence ?? last;
      if (page.length > 0) yield page;
      if (page.length < pageSize) return;
    }
  }

  metrics(executionId: string): Promise<readonly MetricEntry[]> {
    return this.#db.read(() => metricsOf(this.#db, executionId));
  }

  purgeLogs(selection: LogSelection): Promise<number> {
    return this.#db.write('NORMAL', () => purgeLogs(this.#db, selection));
  }

  async delete(executionId: string): Promise<readonly string[]> {
    const deleted = await this.#db.write('NORMAL', () => {
      const family = familyOf(this.#db, executionId);
      const isLiving = livingOwners(this.#db);
      const hasEnded = family.some(row => row.id === executionId && row.ended);
      if (!hasEnded || family.some(row => isLiving(row.owner))) return [];
      for (const row of family) deleteExecution(this.#db, row.key);
      return family.map(row => row.id);
    });
    if (deleted.length > 0) await this.#db.configure('PRAGMA incremental_vacuum');
    return deleted;
  }

  /** What this store still holds is released: its process may live on, but does not work on it. */
  async close(): Promise<void> {
    if (this.#renewal !== undefined) {
      clearInterval(this.#renewal);
      this.#renewal = undefined;
      await this.#db.write('NORMAL', () => {
        letGoOfAll(this.#db, this.#owner);
        forgetOwner(this.#db, this.#owner);
      });
    }
    await this.#db.close();
  }

  #write<Result>(durability: Durability, claim: Claim, work: (key: ExecutionKey) => Result): Promise<Result> {
    return this.#db.write(durability, () => work(keyOf(this.#db, claim)));
  }

  /** Makes sure that this store is among the owners. */
  #enter(): void {
    renewOwner(this.#db, this.#owner, this.#identity);
  }

  #keepLease(): void {
    if (this.#renewal !== undefined) return;
    // A failed renewal is not lost work: the next one follows, and a lease that runs out is told by FencedError.
    const renew = () => void this.#db.write('NORMAL', () => this.#enter()).catch(() => undefined);
    this.#renewal = setInterval(renew, lease.renewEvery).unref();
  }
}

function summary(row: ExecutionRow, interrupted: boolean): ExecutionSummary {
  return {
    id: row.id,
    namespace: row.namespace,
    flowId: row.flow_id,
    state: row.state,
    startDate: row.start_date,
    ...(row.end_date !== null && { endDate: row.end_date }),
    ...(row.parent_execution_id !== null && { parentExecutionId: row.parent_execution_id }),
    interrupted,
  };
}
