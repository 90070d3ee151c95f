/** One connection to the database file: transactions that wait for their turn without stopping the event loop. */
import sqlite, { type DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../store.ts';
import { inWords, isBusy } from './faults.ts';

/**
 * What a commit survives. NORMAL: the death of our process. FULL: the loss of power too, for one fsync
 * (0.20 ms against 0.02 ms a commit on a local SSD). See https://sqlite.org/pragma.html#pragma_synchronous
 */
export type Durability = 'OFF' | 'NORMAL' | 'FULL';

/** What is used of node:sqlite. */
export type SqliteModule = Pick<typeof sqlite, 'DatabaseSync'>;

/** How long others may hold the lock, in milliseconds, before we give up. */
const patience = 30_000;

export class Connection {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #mostDurable: Durability;
  #durability: Durability | undefined;
  #turn: Promise<void> = Promise.resolve();

  private constructor(path: string, database: DatabaseSync, mostDurable: Durability) {
    this.path = path;
    this.#database = database;
    this.#mostDurable = mostDurable;
  }

  /** `mostDurable`: a cap on what `write` asks for. @throws StoreError */
  static async open(path: string, mostDurable: Durability, module: SqliteModule = sqlite): Promise<Connection> {
    // SQLite's own waiting would stop the event loop: logs, timers and signals of every other run with it.
    const database = await patiently(path, () => new module.DatabaseSync(path, { timeout: 0 }));
    const connection = new Connection(path, database, mostDurable);
    // Before the file is made, whose journal mode alone costs 9 ms of fsyncs.
    if (mostDurable === 'OFF') connection.#setDurability('OFF');
    return connection;
  }

  /** A statement, prepared once. Inside `read` and `write` only. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Runs statements that are not worth keeping. Inside `read` and `write` only. */
  script(text: string): void {
    this.#database.exec(text);
  }

  /** Runs statements outside a transaction, as some pragmas need. @throws StoreError */
  async configure(text: string): Promise<void> {
    await patiently(this.path, () => this.#database.exec(text));
  }

  /** Runs `work` on one snapshot. `work` may run more than once. @throws StoreError */
  read<T>(work: () => T): Promise<T> {
    return patiently(this.path, () => this.#transact('BEGIN', work));
  }

  /**
   * Runs `work` in one transaction, committed when it returns and undone when it throws. Calls are done in their
   * order. `work` may run more than once. @throws StoreError, and what `work` throws
   */
  async write<T>(durability: Durability, work: () => T): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      return await patiently(this.path, () => {
        this.#setDurability(durability);
        return this.#transact('BEGIN IMMEDIATE', work);
      });
    } finally {
      resolve();
    }
  }

  /** Waits for the writes that were asked for. */
  async close(): Promise<void> {
    await this.#turn;
    if (this.#database.isOpen) this.#database.close();
  }

  #setDurability(wanted: Durability): void {
    const durability = this.#mostDurable === 'OFF' ? 'OFF' : wanted;
    if (durability === this.#durability) return;
    this.#database.exec(`PRAGMA synchronous = ${durability}`);
    this.#durability = durability;
  }

  #transact<T>(begin: string, work: () => T): T {
    if (!this.#database.isOpen) throw new StoreError(`The store ${this.path} is closed already.`);
    this.sql(begin).run();
    try {
      const result = work();
      this.sql('COMMIT').run();
      return result;
    } catch (error) {
      // Some faults, such as a full disk, make SQLite roll back by itself.
      if (this.#database.isTransaction) this.sql('ROLLBACK').run();
      throw error;
    }
  }
}

/** Tries until nobody else holds the lock; the pause is random so that two who wait do not meet again and again. */
async function patiently<T>(path: string, attempt: () => T): Promise<T> {
  const giveUp = performance.now() + patience;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw inWords(error, path);
      if (performance.now() > giveUp) {
        throw new StoreError(
          `${path} has been locked by another process for ${patience / 1000} seconds. Find it with: fuser ${path}`,
          { cause: error },
        );
      }
    }
    await sleep(1 + Math.random() * 19);
  }
}
