import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processIdentity } from '../../src/store/process-identity.ts';
import { networkFileSystemName } from '../../src/store/sqlite/folder.ts';
import { openStore, storeExists } from '../../src/store/sqlite/index.ts';
import { StoreError } from '../../src/store/store.ts';
import { created, exampleExecution, inState, line } from '../contract/store/examples.ts';

let place: string;
let dir: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'windlass-store-'));
  dir = join(place, 'state');
});
afterEach(() => rm(place, { recursive: true }));

async function mode(...path: string[]): Promise<number> {
  return (await stat(join(dir, ...path))).mode & 0o777;
}

test('a new folder is private, and git ignores it', async () => {
  expect(storeExists(dir)).toBe(false);
  const store = await openStore(dir);
  await store.create(created(exampleExecution()));
  expect(await mode()).toBe(0o700);
  for (const file of ['windlass.db', 'windlass.db-wal', 'windlass.db-shm']) expect(await mode(file)).toBe(0o600);
  expect(await readFile(join(dir, '.gitignore'), 'utf8')).toBe('*\n');
  await store.close();
  expect((await readdir(dir)).sort()).toEqual(['.gitignore', 'windlass.db']);
  expect(storeExists(dir)).toBe(true);
});

test("a folder with the user's own files gets nothing but the database", async () => {
  await mkdir(dir);
  await chmod(dir, 0o755);
  await writeFile(join(dir, 'flow.yaml'), 'id: a');
  const store = await openStore(dir);
  await store.close();
  expect(await mode()).toBe(0o755);
  expect((await readdir(dir)).sort()).toEqual(['flow.yaml', 'windlass.db']);
  expect(await mode('windlass.db')).toBe(0o600);
});

test('the owner is minted once', async () => {
  const first = await openStore(dir);
  const again = await openStore(dir);
  expect(first.ownerId).toMatch(/^[0-9A-Za-z]{22}$/);
  expect(again.ownerId).toBe(first.ownerId);
  await first.close();
  await again.close();
});

test("an ephemeral store's owner names this process", async () => {
  const store = await openStore(dir, { ephemeral: true });
  const { pid, startTime } = processIdentity();
  expect(store.ownerId).toMatch(new RegExp(`^[0-9A-Za-z]{22}\\.${pid}\\.${startTime}\\.`));
  await store.close();
});

test('a database of a newer version is refused and left as it was', async () => {
  await (await openStore(dir)).close();
  const database = new DatabaseSync(join(dir, 'windlass.db'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const before = await readFile(join(dir, 'windlass.db'));
  await expect(openStore(dir)).rejects.toThrow(StoreError);
  await expect(openStore(dir)).rejects.toThrow(/newer Windlass .*--state DIR/);
  expect(await readFile(join(dir, 'windlass.db'))).toEqual(before);
});

test('a database of an older version is brought up to date', async () => {
  const execution = inState(exampleExecution(), 'SUCCESS');
  const store = await openStore(dir);
  await store.create(created(execution));
  await store.close();
  const database = new DatabaseSync(join(dir, 'windlass.db'));
  // As version 1 left it: the history in the document.
  database.prepare('UPDATE executions SET document = ?').run(JSON.stringify(execution));
  database.exec('DROP TABLE state_changes; PRAGMA user_version = 1');
  database.close();
  const upgraded = await openStore(dir);
  expect((await upgraded.load(execution.id))?.execution).toEqual(execution);
  await upgraded.close();
});

test('what is no database is refused in words', async () => {
  await mkdir(dir);
  await writeFile(join(dir, 'windlass.db'), 'something else entirely, long enough to be looked at'.repeat(20));
  await expect(openStore(dir)).rejects.toThrow(/windlass\.db is not a database/);
});

test('a file in the way of the folder is refused in words', async () => {
  await writeFile(dir, '');
  await expect(openStore(dir)).rejects.toThrow(/cannot be used: .*--state DIR/);
});

test('network file systems are known by their number, also where it is signed', () => {
  expect(networkFileSystemName(0x6969)).toBe('NFS');
  expect(networkFileSystemName(0xff534d42)).toBe('CIFS');
  expect(networkFileSystemName(0xff534d42 | 0)).toBe('CIFS');
  expect(networkFileSystemName(0xef53)).toBeUndefined();
});

test('after close everything is refused in words', async () => {
  const store = await openStore(dir);
  const claim = await store.create(created(exampleExecution()));
  await store.close();
  await store.close();
  await expect(store.list()).rejects.toThrow(/closed/);
  await expect(store.append(claim, { logs: [] })).rejects.toThrow(StoreError);
});

test('deleting gives the disk its room back', async () => {
  const store = await openStore(dir);
  const execution = exampleExecution();
  const claim = await store.create(created(execution));
  await store.append(claim, { logs: Array.from({ length: 1000 }, () => line('x'.repeat(2000))) });
  await store.commit(claim, { execution: inState(execution, 'SUCCESS') });
  await store.release(claim);
  await store.delete(execution.id);
  await store.close();
  expect((await stat(join(dir, 'windlass.db'))).size).toBeLessThan(200_000);
});

test('a process of another machine keeps its executions as long as it renews its lease', async () => {
  const identity = { ...processIdentity(), host: 'elsewhere', bootId: 'another' };
  const other = await openStore(dir, { identity });
  const execution = exampleExecution();
  await other.create(created(execution));
  const store = await openStore(dir);
  expect(await store.claim(execution.id)).toBeUndefined();
  expect(await store.interrupted()).toEqual([]);
  const [unseen] = await store.unseen();
  expect(unseen).toEqual({ id: execution.id, leftMs: expect.any(Number) });
  expect(unseen?.leftMs).toBeGreaterThan(50_000);

  const database = new DatabaseSync(join(dir, 'windlass.db'));
  database.exec('UPDATE owners SET seen_at = seen_at - 61000');
  expect(await store.unseen()).toEqual([]);
  expect(await store.interrupted()).toEqual([execution.id]);
  expect(await store.claim(execution.id)).toBeDefined();
  expect(database.prepare('SELECT count(*) AS owners FROM owners').get()?.owners).toBe(1);
  database.close();
  await store.close();
  await other.close();
});

test.runIf(process.platform === 'linux')(
  'a folder that no folder can be made in is refused, and not tried for ever',
  async () => {
    await expect(openStore('/proc/no/such')).rejects.toThrow(
      /The state folder \/proc\/no\/such cannot be used: .*--state/,
    );
  },
);

test('owners are forgotten when they close', async () => {
  const store = await openStore(dir);
  await store.create(created(exampleExecution()));
  await store.close();
  const database = new DatabaseSync(join(dir, 'windlass.db'));
  expect(database.prepare('SELECT count(*) AS owners FROM owners').get()?.owners).toBe(0);
  database.close();
});
