import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/storage/local/index.ts';
import { storageContract } from '../contract/storage/storage-contract.ts';

storageContract('local', {
  async open() {
    const dir = await mkdtemp(join(tmpdir(), 'windlass-storage-'));
    const storage = openLocalStorage(dir);
    return {
      storage,
      async remove() {
        const unfinished = await readdir(join(dir, '%tmp')).catch(() => []);
        await rm(dir, { recursive: true });
        expect(unfinished).toEqual([]);
      },
    };
  },
});

describe('the folder of local storage', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'windlass-storage-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  test('is private and made when the first file comes', async () => {
    const root = join(dir, 'storage');
    const storage = openLocalStorage(root);
    expect(await storage.exists('kestra:///a/b')).toBe(false);
    expect(await readdir(dir)).toEqual([]);
    await storage.put('kestra:///a/b', 'x');
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, 'a'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, 'a', 'b'))).mode & 0o777).toBe(0o600);
    expect(storage.localPath('kestra:///a/b')).toBe(join(root, 'a', 'b'));
  });

  test('refuses in words a name that no file system takes', async () => {
    const storage = openLocalStorage(join(dir, 'storage'));
    const uri = `kestra:///${'…'.repeat(300)}/${'…'.repeat(300)}`;
    await expect(storage.put(uri, 'x')).rejects.toThrow(/too long to be stored/);
    expect(await readdir(dir)).toEqual([]);
  });

  test('keeps the modes of moved files private too', async () => {
    const storage = openLocalStorage(join(dir, 'storage'));
    await writeFile(join(dir, 'in'), 'x', { mode: 0o644 });
    await storage.putFile('kestra:///a', join(dir, 'in'), { move: true });
    expect((await stat(join(dir, 'storage', 'a'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['storage']);
  });

  test('moves a file from another disk by copying it', async () => {
    // Memory on Linux; where there is none, this is one disk and shows the rename once more.
    const other = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windlass-storage-'));
    try {
      await writeFile(join(other, 'in'), 'x');
      const storage = openLocalStorage(join(dir, 'storage'));
      await storage.putFile('kestra:///a', join(other, 'in'), { move: true });
      expect(await storage.getText('kestra:///a')).toBe('x');
    } finally {
      await rm(other, { recursive: true });
    }
  });

  test('splits a name that is too long for a file system', async () => {
    const storage = openLocalStorage(dir);
    const uri = `kestra:///a/${'%E2%82%AC'.repeat(100)}`;
    await storage.put(uri, 'x');
    expect(
      storage
        .localPath(uri)
        ?.split('/')
        .every(name => name.length <= 255),
    ).toBe(true);
    for await (const found of storage.list('kestra:///a')) expect(found).toBe(uri);
    expect(await storage.getText(uri)).toBe('x');
  });

  test('says in words that a folder is in the way of a file', async () => {
    const storage = openLocalStorage(dir);
    await storage.put('kestra:///a/b', 'x');
    await expect(storage.put('kestra:///a', 'y')).rejects.toThrow('kestra:///a cannot be stored');
    await expect(storage.put('kestra:///a/b/c', 'y')).rejects.toThrow('kestra:///a/b/c cannot be stored');
  });

  test('removes what a killed process left half written a day ago', async () => {
    await openLocalStorage(dir).put('kestra:///a', 'x');
    const yesterday = Date.now() / 1000 - 25 * 60 * 60;
    await writeFile(join(dir, '%tmp', 'old'), 'half');
    await utimes(join(dir, '%tmp', 'old'), yesterday, yesterday);
    await writeFile(join(dir, '%tmp', 'new'), 'half');
    await openLocalStorage(dir).put('kestra:///a', 'y');
    expect(await readdir(join(dir, '%tmp'))).toEqual(['new']);
  });
});
