/** What every storage does, whatever holds the files. */
import { createHash, randomBytes } from 'node:crypto';
import { link, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InvalidUriError, NotFoundError, type Storage } from '../../../src/storage/storage.ts';
import { fileUri } from '../../../src/storage/uris.ts';

export interface StorageHarness {
  /** An empty storage, and how to remove it. */
  open(): Promise<{ storage: Storage; remove(): Promise<void> }>;
}

export function storageContract(name: string, harness: StorageHarness): void {
  describe(`${name} storage`, () => {
    let storage: Storage;
    let remove: () => Promise<void>;
    let local: string;

    beforeEach(async () => {
      ({ storage, remove } = await harness.open());
      local = await mkdtemp(join(tmpdir(), 'windlass-storage-files-'));
    });
    afterEach(async () => {
      await remove();
      await rm(local, { recursive: true });
    });

    async function listed(uri: string): Promise<string[]> {
      const uris: string[] = [];
      for await (const found of storage.list(uri)) uris.push(found);
      return uris.sort();
    }

    test('gives back what was put, as text, stream and file', async () => {
      await storage.put('kestra:///a/b.txt', 'grüße');
      expect(await storage.getText('kestra:///a/b.txt')).toBe('grüße');
      expect(await text(await storage.get('kestra:///a/b.txt'))).toBe('grüße');
      await storage.getFile('kestra:///a/b.txt', join(local, 'copy'));
      expect(await readFile(join(local, 'copy'), 'utf8')).toBe('grüße');
      expect(await storage.size('kestra:///a/b.txt')).toBe(7);
      expect(await storage.exists('kestra:///a/b.txt')).toBe(true);
    });

    test('keeps bytes and empty files as they are', async () => {
      const bytes = new Uint8Array([0, 255, 13, 10, 128]);
      await storage.put('kestra:///bytes', bytes);
      await storage.put('kestra:///empty', '');
      expect(await buffer(await storage.get('kestra:///bytes'))).toEqual(Buffer.from(bytes));
      expect(await storage.size('kestra:///empty')).toBe(0);
      expect(await text(await storage.get('kestra:///empty'))).toBe('');
    });

    test('carries 32 MiB through streams unchanged', async () => {
      const chunk = randomBytes(1 << 20);
      const sent = createHash('sha256');
      await storage.put(
        'kestra:///big',
        Readable.from(
          (function* () {
            for (let count = 0; count < 32; count++) {
              sent.update(chunk);
              yield chunk;
            }
          })(),
        ),
      );
      const received = createHash('sha256');
      for await (const part of await storage.get('kestra:///big')) received.update(part as Uint8Array);
      expect(received.digest('hex')).toBe(sent.digest('hex'));
      expect(await storage.size('kestra:///big')).toBe(32 << 20);
    });

    test('replaces a file', async () => {
      await storage.put('kestra:///a', 'a long first text');
      await storage.put('kestra:///a', 'second');
      expect(await storage.getText('kestra:///a')).toBe('second');
    });

    test('leaves the old file when a new one breaks off', async () => {
      await storage.put('kestra:///a', 'old');
      const broken = Readable.from(
        (function* () {
          yield Buffer.from('half');
          throw new Error('the sender went away');
        })(),
      );
      await expect(storage.put('kestra:///a', broken)).rejects.toThrow('the sender went away');
      expect(await storage.getText('kestra:///a')).toBe('old');
      expect(await listed('kestra:///')).toEqual(['kestra:///a']);
    });

    test('shows whole files only, while one is written again and again', async () => {
      const versions = ['a', 'b'].map(letter => letter.repeat(100_000));
      await storage.put('kestra:///a', versions[0] ?? '');
      const writing = (async () => {
        for (let turn = 0; turn < 20; turn++) await storage.put('kestra:///a', versions[turn % 2] ?? '');
      })();
      for (let turn = 0; turn < 20; turn++) expect(versions).toContain(await storage.getText('kestra:///a'));
      await writing;
    });

    test('says which file there is not', async () => {
      await storage.put('kestra:///a/b', 'x');
      for (const uri of ['kestra:///none', 'kestra:///a', 'kestra:///a/b/c', 'kestra:///']) {
        await expect(storage.get(uri)).rejects.toThrow(NotFoundError);
        await expect(storage.getText(uri)).rejects.toThrow(uri);
        await expect(storage.size(uri)).rejects.toThrow(NotFoundError);
        await expect(storage.getFile(uri, join(local, 'none'))).rejects.toThrow(NotFoundError);
        expect(await storage.exists(uri)).toBe(false);
        expect(await storage.delete(uri)).toBe(false);
      }
    });

    test('deletes one file', async () => {
      await storage.put('kestra:///a/b', 'x');
      await storage.put('kestra:///a/c', 'y');
      expect(await storage.delete('kestra:///a/b')).toBe(true);
      expect(await storage.delete('kestra:///a/b')).toBe(false);
      expect(await listed('kestra:///')).toEqual(['kestra:///a/c']);
    });

    test('lists and deletes what is below, and nothing that only begins alike', async () => {
      for (const uri of ['kestra:///a/b/c', 'kestra:///a/b/d/e', 'kestra:///a/bc', 'kestra:///f']) {
        await storage.put(uri, 'x');
      }
      expect(await listed('kestra:///a/b')).toEqual(['kestra:///a/b/c', 'kestra:///a/b/d/e']);
      expect(await listed('kestra:///a/b/')).toEqual(['kestra:///a/b/c', 'kestra:///a/b/d/e']);
      expect(await listed('kestra:///none')).toEqual([]);
      await storage.deletePrefix('kestra:///a/b');
      await storage.deletePrefix('kestra:///none');
      expect(await listed('kestra:///')).toEqual(['kestra:///a/bc', 'kestra:///f']);
    });

    test('refuses to delete everything at once', async () => {
      await storage.put('kestra:///a', 'x');
      await expect(storage.deletePrefix('kestra:///')).rejects.toThrow(InvalidUriError);
      expect(await storage.exists('kestra:///a')).toBe(true);
    });

    test.each([
      '../../etc/passwd',
      '/etc/passwd',
      'file:///etc/passwd',
      'kestra://host/a',
      'kestra:////etc/passwd',
      'kestra:///a/../../b',
      'kestra:///a/%2e%2E/b',
      'kestra:///a/.%2e',
      'kestra:///./a',
      'kestra:///a//b',
      'kestra:///a%2Fb',
      'kestra:///a\\..\\b',
      'kestra:///a%5C..%5Cb',
      'kestra:///a\0b',
      'kestra:///a%00b',
    ])('refuses %j everywhere', async uri => {
      await expect(storage.put(uri, 'x')).rejects.toThrow(InvalidUriError);
      await expect(storage.get(uri)).rejects.toThrow(InvalidUriError);
      await expect(storage.getText(uri)).rejects.toThrow(InvalidUriError);
      await expect(storage.delete(uri)).rejects.toThrow(InvalidUriError);
      await expect(storage.deletePrefix(uri)).rejects.toThrow(InvalidUriError);
      await expect(storage.exists(uri)).rejects.toThrow(InvalidUriError);
      await expect(listed(uri)).rejects.toThrow(InvalidUriError);
    });

    test('takes a raw and an encoded spelling for one file', async () => {
      await storage.put('kestra:///a/grüße & more.txt', 'x');
      expect(await storage.getText('kestra:///a/gr%C3%BC%C3%9Fe%20%26%20more.txt')).toBe('x');
      expect(await listed('kestra:///')).toEqual(['kestra:///a/gr%C3%BC%C3%9Fe%20%26%20more.txt']);
    });

    test('stores a file of any name, and lists the URI it was stored by', async () => {
      const name = fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
        .filter(text => !/[\\/\0]/.test(text) && text !== '.' && text !== '..');
      const odd = fc.constantFrom(
        '-rf',
        'a\nb',
        '%tmp',
        '%',
        '100%',
        'a%20b',
        ' ',
        '~',
        '…'.repeat(150),
        'x'.repeat(900),
      );
      let count = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof(name, odd), fc.oneof(name, odd), async (folder, file) => {
          count += 1;
          const prefix = `kestra:///${count}`;
          const uri = fileUri(prefix, `${folder}/${file}`);
          await storage.put(uri, `${folder}/${file}`);
          expect(await listed(prefix)).toEqual([uri]);
          expect(await storage.getText(uri)).toBe(`${folder}/${file}`.toWellFormed());
          expect(await storage.delete(uri)).toBe(true);
        }),
        { numRuns: 60 },
      );
    });

    test('stores a local file and leaves it alone', async () => {
      await writeFile(join(local, 'in'), 'content');
      await storage.putFile('kestra:///a/in', join(local, 'in'));
      await writeFile(join(local, 'in'), 'changed later');
      expect(await storage.getText('kestra:///a/in')).toBe('content');
    });

    test('may take a local file away when told to move it', async () => {
      await writeFile(join(local, 'in'), 'content', { mode: 0o400 });
      await storage.putFile('kestra:///a/in', join(local, 'in'), { move: true });
      expect(await storage.getText('kestra:///a/in')).toBe('content');
    });

    test('moves the content of a linked file, not the link', async () => {
      await writeFile(join(local, 'in'), 'content');
      await symlink(join(local, 'in'), join(local, 'symbolic'));
      await link(join(local, 'in'), join(local, 'hard'));
      await storage.putFile('kestra:///symbolic', join(local, 'symbolic'), { move: true });
      await storage.putFile('kestra:///hard', join(local, 'hard'), { move: true });
      await writeFile(join(local, 'in'), 'changed later');
      expect(await storage.getText('kestra:///symbolic')).toBe('content');
      expect(await storage.getText('kestra:///hard')).toBe('content');
    });

    test('stores no folder and no missing file', async () => {
      await mkdir(join(local, 'folder'));
      await expect(storage.putFile('kestra:///a', join(local, 'folder'))).rejects.toThrow('not a regular file');
      await expect(storage.putFile('kestra:///a', join(local, 'none'), { move: true })).rejects.toThrow('ENOENT');
      expect(await listed('kestra:///')).toEqual([]);
    });

    test('writes a fetched file in place of a link, never through it', async () => {
      await storage.put('kestra:///a', 'fetched');
      await writeFile(join(local, 'outside'), 'untouched');
      await symlink(join(local, 'outside'), join(local, 'in'));
      await storage.getFile('kestra:///a', join(local, 'in'));
      expect(await readFile(join(local, 'outside'), 'utf8')).toBe('untouched');
      expect(await readFile(join(local, 'in'), 'utf8')).toBe('fetched');
      expect((await lstat(join(local, 'in'))).mode & 0o777).toBe(0o644);
    });
  });
}
