/** Several processes on one store, and processes that are killed while they write. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/sqlite/index.ts';
import { created, exampleExecution, line } from '../contract/store/examples.ts';
import { messages } from '../contract/store/harness.ts';

let dir: string;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windlass-store-'));
});
afterEach(async () => {
  const left = [...children];
  for (const child of left) child.kill('SIGKILL');
  await rm(dir, { recursive: true });
  expect(left).toEqual([]);
});

interface Child {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly lines: readonly string[];
  readonly closed: Promise<unknown>;
}

function start(script: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(`children/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const lines: string[] = [];
  createInterface(child.stdout).on('line', text => lines.push(text));
  return { process: child, lines, closed: once(child, 'close').then(() => children.delete(child)) };
}

function numbersBelow(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

test('processes that open a new folder at once agree on its owner', async () => {
  const all = numbersBelow(6).map(() => start('open.ts', dir));
  await Promise.all(all.map(child => child.closed));
  for (const child of all) expect(child.process.exitCode).toBe(0);
  const owners = all.flatMap(child => child.lines);
  expect(owners).toHaveLength(6);
  expect(new Set(owners).size).toBe(1);
}, 30_000);

test('processes that write at once lose nothing', async () => {
  const count = 150;
  const all = numbersBelow(4).map(() => start('write.ts', dir, String(count)));
  await Promise.all(all.map(child => child.closed));
  const store = await openStore(dir);
  for (const { process, lines } of all) {
    expect(process.exitCode).toBe(0);
    const loaded = await store.load(lines[0] ?? '');
    expect(loaded?.taskRuns.map(run => run.id)).toEqual(numbersBelow(count));
    expect(await messages(store, lines[0] ?? '')).toEqual(numbersBelow(count));
  }
  await store.close();
}, 60_000);

test('what was acknowledged survives kill -9 at any moment, and is free at once', async () => {
  for (let round = 0; round < 20; round++) {
    const child = start('write.ts', dir, '1000000');
    await expect.poll(() => child.lines.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(1);
    await sleep(Math.random() * 100);
    child.process.kill('SIGKILL');
    await child.closed;

    const [id = '', ...acknowledged] = child.lines;
    const store = await openStore(dir);
    const stored = (await store.load(id))?.taskRuns.length ?? 0;
    const lines = await messages(store, id);
    expect([acknowledged.length, acknowledged.length + 1]).toContain(stored);
    expect([stored, stored - 1]).toContain(lines.length);
    expect(lines.length).toBeGreaterThanOrEqual(acknowledged.length);
    expect(lines).toEqual(numbersBelow(lines.length));
    expect(await store.interrupted()).toContain(id);
    const claim = await store.claim(id);
    expect(claim && (await store.run(claim, 'r', 0))?.logCursor).toBe(lines.length - 1);
    await store.close();
  }
  const database = new DatabaseSync(join(dir, 'windlass.db'));
  expect(database.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok');
  database.close();
}, 120_000);

test('a lock held by somebody else delays a write, but never the event loop', async () => {
  const store = await openStore(dir);
  const execution = exampleExecution();
  const claim = await store.create(created(execution));
  const other = new DatabaseSync(join(dir, 'windlass.db'));
  other.exec('BEGIN IMMEDIATE');
  let isDone = false;
  const writing = store.append(claim, { logs: [line('late')] }).then(() => {
    isDone = true;
  });
  let turns = 0;
  for (const end = performance.now() + 300; performance.now() < end; turns++) await sleep(1);
  expect(await store.list()).toHaveLength(1);
  expect(isDone).toBe(false);
  // A blocking wait would take all of the 300 ms at once.
  expect(turns).toBeGreaterThan(2);
  other.exec('COMMIT');
  await writing;
  expect(await messages(store, execution.id)).toEqual(['late']);
  other.close();
  await store.close();
});
