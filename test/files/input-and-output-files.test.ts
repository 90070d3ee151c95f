import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputFileError, writeInputFiles } from '../../src/files/input-files.ts';
import { walkFiles } from '../../src/files/walk.ts';
import { Real, type Value } from '../../src/model/value.ts';
import { captureOutputs } from '../../src/runs/capture-outputs.ts';
import { openLocalStorage } from '../../src/storage/local/index.ts';
import type { Storage } from '../../src/storage/storage.ts';

let base: string;
let work: string;
let storage: Storage;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'windlass-files-'));
  work = join(base, 'work');
  mkdirSync(work);
  storage = openLocalStorage(join(base, 'storage'), { ephemeral: true });
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function place(path: string, content = path): void {
  mkdirSync(dirname(join(work, path)), { recursive: true });
  writeFileSync(join(work, path), content);
}

async function write(property: Value): Promise<void> {
  await writeInputFiles(work, property, { storage, namespace: 'company.team', allowedPaths: [join(base, 'allowed')] });
}

const content = (path: string) => readFileSync(join(work, path), 'utf8');

describe('input files', () => {
  it('come from a map: text as it is, other values as text or JSON, null not at all', async () => {
    await write({ 'a.txt': 'A\n', 'sub/b.json': { x: [1, new Real('double', '1.0')] }, n: 5, t: true, none: null });
    expect(content('a.txt')).toBe('A\n');
    expect(content('sub/b.json')).toBe('{"x":[1,1.0]}');
    expect(content('n')).toBe('5');
    expect(content('t')).toBe('true');
    expect(existsSync(join(work, 'none'))).toBe(false);
  });

  it('come from files of this machine, as far as the configuration allows', async () => {
    const allowed = join(base, 'allowed');
    mkdirSync(allowed);
    writeFileSync(join(allowed, 'a b.txt'), 'local');
    writeFileSync(join(base, 'secret'), 'secret');
    symlinkSync(join(base, 'secret'), join(allowed, 'link'));
    await write({ a: `file://${allowed}/a%20b.txt\n`, b: `file://${allowed}/a b.txt`, c: 'file:///x is\na text' });
    expect([content('a'), content('b'), content('c')]).toEqual(['local', 'local', 'file:///x is\na text']);
    const refused = ['link', '../secret', '../allowed', 'none', '%zz'].map(name => `file://${allowed}/${name}`);
    for (const named of [...refused, 'file://host/a', 'file:///etc/passwd']) {
      await expect(write({ x: named })).rejects.toThrow(
        `The input file "x": There is no file ${named} that may be read`,
      );
    }
    expect(existsSync(join(work, 'x'))).toBe(false);
  });

  it('come from a JSON text, where null is an empty file', async () => {
    await write('{"a.txt": "J", "empty": null}');
    expect(content('a.txt')).toBe('J');
    expect(content('empty')).toBe('');
  });

  it.each([[['a']], [5], ['not json'], ['[1]'], [null]])('refuse the property %j', async property => {
    await expect(write(property)).rejects.toThrow(InputFileError);
  });

  it('are brought from storage', async () => {
    await storage.put('kestra:///ns/a.bin', new Uint8Array([0, 255, 10]));
    await write({ 'in.bin': 'kestra:///ns/a.bin' });
    expect([...readFileSync(join(work, 'in.bin'))]).toEqual([0, 255, 10]);
    await expect(write({ x: 'kestra:///ns/missing' })).rejects.toThrow('kestra:///ns/missing');
  });

  it('take an absolute name from the working directory, and write over what is there', async () => {
    place('tmp/a.txt', 'old and longer');
    await write({ '/tmp/a.txt': 'new' });
    expect(content('tmp/a.txt')).toBe('new');
  });

  it.each(['../a.txt', 'a/../../a.txt', '..', '.', '', 'a/', 'a\0b'])('refuse the name %j', async name => {
    await expect(write({ [name]: 'x' })).rejects.toThrow(InputFileError);
    expect(readdirSync(base)).toEqual(['work']);
  });

  it('stay inside for a/../b and /../b', async () => {
    await write({ 'a/../b': '1', '/../c': '2' });
    expect(readdirSync(work).sort()).toEqual(['b', 'c']);
  });

  it('are not written through a link', async () => {
    writeFileSync(join(base, 'target'), 'untouched');
    symlinkSync(join(base, 'target'), join(work, 'file'));
    symlinkSync(base, join(work, 'folder'));
    symlinkSync(join(base, 'nowhere'), join(work, 'dangling'));
    await write({ file: 'x' });
    expect(readFileSync(join(base, 'target'), 'utf8')).toBe('untouched');
    await expect(write({ 'folder/x': 'x' })).rejects.toThrow('"folder/x"');
    await expect(write({ 'dangling/x': 'x' })).rejects.toThrow('"dangling/x"');
    expect(existsSync(join(base, 'x'))).toBe(false);
  });

  it('go through a link that stays inside', async () => {
    mkdirSync(join(work, 'real'));
    symlinkSync('real', join(work, 'alias'));
    await write({ 'alias/deep/x': 'x' });
    expect(content('real/deep/x')).toBe('x');
  });

  it('say when a folder or a file is in the way', async () => {
    place('folder/x');
    await expect(write({ folder: 'x' })).rejects.toThrow('a folder has that name');
    await expect(write({ 'folder/x/y': 'x' })).rejects.toThrow('a part of its path is a file');
  });
});

describe('walkFiles', () => {
  it('gives all regular files, follows no link, and takes 10,000 files and deep folders', async () => {
    const deep = `${'d/'.repeat(400)}x`;
    place(deep, '');
    mkdirSync(join(work, 'many'));
    for (let count = 0; count < 10_000; count++) writeFileSync(join(work, 'many', `${count}`), '');
    symlinkSync(work, join(work, 'loop'));
    const found = new Set<string>();
    for await (const path of walkFiles(work)) found.add(path);
    expect(found.size).toBe(10_001);
    expect(found.has(deep)).toBe(true);
  });
});

describe('captureOutputs', () => {
  const collect = (globs: readonly string[], warnings: string[] = []) =>
    captureOutputs(
      {
        workDir: work,
        outputDir: join(work, 'out'),
        globs,
        storage,
        storagePrefix: 'kestra:///ns/f/executions/e/tasks/t/r',
        warn: message => warnings.push(message),
      },
      undefined,
      async () => {},
    );

  it('takes the output directory under relative names and globs under unique ones', async () => {
    place('out/same.txt', 'from out');
    place('out/sub/ü 1.txt', 'umlaut');
    place('same.txt', 'from glob');
    place('a/o.txt', 'a');
    place('b/o.txt', 'b');
    const files = await collect(['*.txt', '*/o.txt', 'out/**']);
    expect(Object.keys(files).sort()).toEqual(['a/o.txt', 'b/o.txt', 'same.txt', 'sub/ü 1.txt']);
    expect(files['sub/ü 1.txt']).toBe('kestra:///ns/f/executions/e/tasks/t/r/sub/%C3%BC%201.txt');
    expect(files['a/o.txt']).toMatch(/^kestra:\/\/\/ns\/f\/executions\/e\/tasks\/t\/r\/[A-Za-z0-9]{22}-o\.txt$/);
    expect(await storage.getText(files['same.txt'] ?? '')).toBe('from glob');
    expect(await storage.getText(files['a/o.txt'] ?? '')).toBe('a');
    expect(await storage.getText(files['b/o.txt'] ?? '')).toBe('b');
  });

  it('moves what it takes, leaves the rest, and removes the output directory', async () => {
    place('out/x');
    place('a.txt');
    place('b.csv');
    await collect(['*.txt']);
    expect(readdirSync(work)).toEqual(['b.csv']);
  });

  it('takes odd names', async () => {
    const names = ['-dash', 'new\nline', '%41', '#?&=', '.dot', 'a\\b'];
    for (const name of names) place(name);
    const warnings: string[] = [];
    const files = await collect(['*'], warnings);
    // No storage takes a backslash: it is a separator elsewhere.
    expect(warnings).toEqual([expect.stringContaining('a\\b')]);
    for (const name of names.filter(other => !other.includes('\\'))) {
      expect(await storage.getText(files[name] ?? '')).toBe(name);
    }
  });

  it('keeps what is stored apart from other names of the same file', async () => {
    place('a', 'stored');
    linkSync(join(work, 'a'), join(work, 'b'));
    const { a = '' } = await collect(['a']);
    writeFileSync(join(work, 'b'), 'changed');
    expect(await storage.getText(a)).toBe('stored');
  });

  it('takes no link, and needs no output directory', async () => {
    symlinkSync('/etc/passwd', join(work, 'passwd'));
    const warnings: string[] = [];
    expect(await collect(['*'], warnings)).toEqual({});
    expect(warnings).toEqual([expect.stringContaining('"passwd" is left out: it is a link')]);
  });

  it('says so of links in the output directory, and only counts many', async () => {
    place('out/real');
    for (let count = 0; count < 8; count++) symlinkSync('real', join(work, 'out', `link-${count}`));
    const warnings: string[] = [];
    expect(Object.keys(await collect([], warnings))).toEqual(['real']);
    expect(warnings).toHaveLength(6);
    expect(warnings[0]).toContain('The output file "link-0" is left out: it is a link');
    expect(warnings[5]).toBe('3 more links, pipes and devices among the output files are left out.');
  });

  it('takes nothing through a link that a program has put in the place of the output directory', async () => {
    const elsewhere = join(base, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'private'), 'not an output');
    symlinkSync(elsewhere, join(work, 'out'));
    const warnings: string[] = [];
    expect(await collect(['out/*'], warnings)).toEqual({});
    expect(readFileSync(join(elsewhere, 'private'), 'utf8')).toBe('not an output');
    expect(warnings).toContainEqual(expect.stringContaining('"out" is a link'));
  });

  it('says so when a link or pipe is asked for by its name, or files below a link', async () => {
    symlinkSync('/etc/passwd', join(work, 'passwd'));
    symlinkSync('/etc', join(work, 'etc'));
    execFileSync('mkfifo', [join(work, 'pipe')]);
    place('real');
    const warnings: string[] = [];
    expect(Object.keys(await collect(['passwd', 'pipe', 'etc/*.conf', 'real', '*'], warnings))).toEqual(['real']);
    expect(warnings.toSorted()).toEqual([
      expect.stringContaining('"etc" is left out: it is a link'),
      expect.stringContaining('"etc/*.conf" is left out: "etc" is a link'),
      expect.stringContaining('"passwd" is left out: it is a link'),
      expect.stringContaining('"pipe" is left out: it is a pipe'),
    ]);
  });

  it('warns of a file that cannot be stored, and takes the others', async () => {
    place('good', '1');
    place('bad', '2');
    const real = storage;
    storage = {
      ...real,
      putFile: (uri, path, options) =>
        path.endsWith('bad') ? Promise.reject(new Error('no space left')) : real.putFile(uri, path, options),
    };
    const warnings: string[] = [];
    expect(Object.keys(await collect(['*'], warnings))).toEqual(['good']);
    expect(warnings).toEqual(['The output file "bad" could not be stored: no space left']);
    expect(existsSync(join(work, 'bad'))).toBe(true);
  });

  it('warns of a folder that cannot be read', async () => {
    writeFileSync(join(work, 'out'), 'the program put a file there');
    const warnings: string[] = [];
    expect(await collect([], warnings)).toEqual({});
    expect(warnings[0]).toContain(join(work, 'out'));
  });
});
