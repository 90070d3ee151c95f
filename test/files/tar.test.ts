import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { chmod, link, lstat, readdir, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { extract, type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packFolder, unpackInto } from '../../src/files/tar.ts';

let base: string;
let from: string;
let to: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'windlass-tar-'));
  from = join(base, 'from');
  to = join(base, 'to');
  mkdirSync(from);
  mkdirSync(to);
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

async function archive(entries: readonly (Partial<Header> & { name: string; content?: string })[]): Promise<Buffer> {
  const made = pack();
  for (const { content, ...header } of entries) made.entry(header, content ?? '');
  made.finalize();
  return await buffer(made as unknown as AsyncIterable<Buffer>);
}

async function unpack(bytes: Buffer, chunk = 1000): Promise<void> {
  const chunks = [];
  for (let offset = 0; offset < bytes.length; offset += chunk) chunks.push(bytes.subarray(offset, offset + chunk));
  await unpackInto(Readable.from(chunks), to);
}

describe('packFolder and unpackInto', () => {
  it('carry files, folders, modes, times and links', async () => {
    const long = `${'long-name-'.repeat(12)}é`;
    mkdirSync(join(from, 'a/b/empty'), { recursive: true });
    mkdirSync(join(from, long));
    writeFileSync(join(from, 'a/run.sh'), 'echo hi\n', { mode: 0o755 });
    writeFileSync(join(from, long, `${long}.txt`), 'x');
    writeFileSync(join(from, 'big.bin'), Buffer.alloc(3_000_001, 7));
    writeFileSync(join(from, 'nothing'), '');
    await utimes(join(from, 'a/run.sh'), 1000, 1000);
    symlinkSync('../big.bin', join(from, 'a/relative'));
    symlinkSync(join(from, 'big.bin'), join(from, 'a/b/absolute'));

    await unpackInto(packFolder(from), to);

    expect((await readdir(to, { recursive: true })).sort()).toEqual((await readdir(from, { recursive: true })).sort());
    expect(statSync(join(to, 'a/run.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(to, 'a/run.sh')).mtimeMs).toBe(1_000_000);
    expect(readFileSync(join(to, 'big.bin')).equals(readFileSync(join(from, 'big.bin')))).toBe(true);
    expect(readFileSync(join(to, long, `${long}.txt`), 'utf8')).toBe('x');
    expect(readlinkSync(join(to, 'a/relative'))).toBe('../big.bin');
    expect(readlinkSync(join(to, 'a/b/absolute'))).toBe('../../big.bin');
  });

  it('leave out links that lead out of the folder, and say so', async () => {
    symlinkSync('/etc/passwd', join(from, 'absolute'));
    symlinkSync('../to', join(from, 'relative'));
    writeFileSync(join(from, 'kept'), '');
    const leftOut: string[] = [];
    await unpackInto(packFolder(from, { onLeftOut: path => leftOut.push(path) }), to);
    expect(await readdir(to)).toEqual(['kept']);
    expect(leftOut.sort()).toEqual(['absolute', 'relative']);
  });

  it('put a prefix before names, cut it again, and take a choice on both sides', async () => {
    mkdirSync(join(from, 'skip'));
    writeFileSync(join(from, 'skip/a'), '');
    writeFileSync(join(from, 'b'), 'b');
    writeFileSync(join(from, 'c'), 'c');
    await unpackInto(packFolder(from, { prefix: '/kestra/work', include: path => path !== 'skip' }), to, {
      strip: 1,
      keep: path => path !== 'work/c',
    });
    expect((await readdir(to, { recursive: true })).sort()).toEqual(['work', 'work/b']);
  });

  it.for([
    { uid: 1000, gid: 0 },
    { uid: 1_000_640_000, gid: 4_294_967_294 },
  ])('give everything to one owner, such as %j', async owner => {
    mkdirSync(join(from, 'sub'));
    writeFileSync(join(from, 'sub/file'), '');
    symlinkSync('sub', join(from, 'link'));
    const entries = packFolder(from, { prefix: 'work', owner }).pipe(extract());
    const owners: Record<string, object> = {};
    for await (const entry of entries) {
      const { name, uid, gid, pax } = entry.header;
      // tar-stream leaves it to its user to prefer what did not fit into the header.
      const { uid: largeUid = uid, gid: largeGid = gid } = (pax ?? {}) as Record<string, string>;
      owners[name] = { uid: Number(largeUid), gid: Number(largeGid) };
      entry.resume();
    }
    expect(owners).toEqual({ 'work/': owner, 'work/sub/': owner, 'work/sub/file': owner, 'work/link': owner });
  });

  it('hold any bytes in any number of files', async () => {
    const content = fc.uint8Array({ maxLength: 2000 });
    await fc.assert(
      fc.asyncProperty(fc.array(content, { maxLength: 8 }), async files => {
        rmSync(from, { recursive: true });
        rmSync(to, { recursive: true });
        mkdirSync(from);
        mkdirSync(to);
        for (const [index, bytes] of files.entries()) writeFileSync(join(from, `f${index}`), bytes);
        await unpackInto(packFolder(from), to);
        for (const [index, bytes] of files.entries()) {
          expect(readFileSync(join(to, `f${index}`)).equals(bytes)).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('write over what is there, whatever its kind', async () => {
    writeFileSync(join(from, 'file'), 'new');
    mkdirSync(join(from, 'folder'));
    writeFileSync(join(from, 'folder/in'), 'new');
    mkdirSync(join(to, 'file/deep'), { recursive: true });
    writeFileSync(join(to, 'folder'), 'old');
    await unpackInto(packFolder(from), to);
    expect(readFileSync(join(to, 'file'), 'utf8')).toBe('new');
    expect(readFileSync(join(to, 'folder/in'), 'utf8')).toBe('new');
  });

  it('stop reading when the reader stops', async () => {
    writeFileSync(join(from, 'big'), Buffer.alloc(5_000_000));
    const stream = packFolder(from);
    for await (const chunk of stream) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(stream.destroyed).toBe(true);
  });

  it('fail with the name of a folder that is not there', async () => {
    await expect(buffer(packFolder(join(base, 'missing')))).rejects.toThrow('missing');
  });
});

describe('packFolder', () => {
  it('fails when a file gets shorter while it is read', async () => {
    const path = join(from, 'shrinking');
    writeFileSync(path, Buffer.alloc(8_000_000));
    const read = async () => {
      for await (const _ of packFolder(from)) writeFileSync(path, 'short');
    };
    await expect(read()).rejects.toThrow('became shorter');
  });
});

describe('unpackInto writes nothing outside', () => {
  it('takes an absolute name as a relative one', async () => {
    await unpack(await archive([{ name: '/etc/windlass-test', content: 'x' }]));
    expect(readFileSync(join(to, 'etc/windlass-test'), 'utf8')).toBe('x');
  });

  it('refuses a name with ..', async () => {
    const bytes = await archive([{ name: 'a/../../escaped', content: 'x' }]);
    await expect(unpack(bytes)).rejects.toThrow('a/../../escaped');
    expect(await readdir(base)).toEqual(['from', 'to']);
  });

  it('does not follow a link that the archive brings', async () => {
    symlinkSync(from, join(to, 'there'));
    await unpack(
      await archive([
        { name: 'out', type: 'symlink', linkname: from },
        { name: 'out/a', content: 'x' },
        { name: 'there/b', content: 'x' },
        { name: 'inner', type: 'directory' },
        { name: 'link', type: 'symlink', linkname: 'inner' },
        { name: 'link/c', content: 'x' },
        { name: 'inner/last', type: 'symlink', linkname: '../../from/x' },
      ]),
    );
    expect(await readdir(from)).toEqual([]);
    expect(await readdir(join(to, 'inner'))).toEqual([]);
    expect((await lstat(join(to, 'there'))).isDirectory()).toBe(true);
  });

  it('does not write through a link or a hard link that stands at the name', async () => {
    writeFileSync(join(from, 'target'), 'untouched');
    symlinkSync(join(from, 'target'), join(to, 'soft'));
    await link(join(from, 'target'), join(to, 'hard'));
    await unpack(
      await archive([
        { name: 'soft', content: 'x' },
        { name: 'hard', content: 'x' },
      ]),
    );
    expect(readFileSync(join(from, 'target'), 'utf8')).toBe('untouched');
    expect(readFileSync(join(to, 'hard'), 'utf8')).toBe('x');
  });

  it('passes over links that lead out, pipes and devices and says so, and drops setuid', async () => {
    const others: string[] = [];
    const bytes = await archive([
      { name: 'out', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'pipe', type: 'fifo' },
      { name: 'device', type: 'character-device', devmajor: 1, devminor: 3 },
      { name: 'link', type: 'link', linkname: '/etc/passwd' },
      { name: 'su', mode: 0o6755, content: 'x' },
    ]);
    await unpackInto(Readable.from([bytes]), to, { onOther: (path, kind) => others.push(`${path} is ${kind}`) });
    expect(await readdir(to)).toEqual(['su']);
    expect(others).toEqual(['out is a link', 'pipe is a pipe', 'device is a socket or device', 'link is a hard link']);
    expect(statSync(join(to, 'su')).mode & 0o7777).toBe(0o755);
  });

  it('gives each name of one file a file of its own', async () => {
    await unpack(
      await archive([
        { name: 'a/first', content: 'x' },
        { name: 'second', type: 'link', linkname: './a/first' },
      ]),
    );
    writeFileSync(join(to, 'second'), 'changed');
    expect(readFileSync(join(to, 'a/first'), 'utf8')).toBe('x');
  });

  it('lets the owner read what nobody may', async () => {
    await chmod(from, 0o755);
    await unpack(await archive([{ name: 'closed', mode: 0o001, content: 'x' }]));
    expect(statSync(join(to, 'closed')).mode & 0o777).toBe(0o401);
  });
});

describe('unpackInto', () => {
  it('fails for an archive that ends early, at whatever byte', async () => {
    writeFileSync(join(from, 'a'), Buffer.alloc(700));
    mkdirSync(join(from, 'folder'));
    const whole = await buffer(packFolder(from));
    for (let length = 0; length < whole.length; length += 64) {
      await expect(unpack(whole.subarray(0, length)), `cut at ${length}`).rejects.toThrow();
    }
    await unpack(whole);
  });

  it('fails when the stream is destroyed on the way', async () => {
    writeFileSync(join(from, 'a'), Buffer.alloc(100_000));
    const whole = await buffer(packFolder(from));
    const cut = new Readable({ read() {} });
    cut.push(whole.subarray(0, 50_000));
    setTimeout(() => cut.destroy(), 20);
    await expect(unpackInto(cut, to)).rejects.toThrow();
    expect(await readdir(to), 'half a file').toEqual([]);
  });

  it('tells of a second file whose name cannot be told from the first, and leaves the first', async () => {
    const bytes = await archive([
      { name: 'Xnde', content: 'first' },
      { name: 'Ynde', content: 'second' },
    ]);
    // In Latin-1, `ä` and `ö`. The checksum of a header counts its bytes.
    for (const [offset, from, to] of [
      [0, 'X', 0xe4],
      [1024, 'Y', 0xf6],
    ] as const) {
      const sum = Number.parseInt(bytes.toString('latin1', offset + 148, offset + 154), 8) + to - from.charCodeAt(0);
      bytes[offset] = to;
      bytes.write(sum.toString(8).padStart(6, '0'), offset + 148);
    }
    const told: string[] = [];
    await unpackInto(Readable.from([bytes]), to, { onOther: (path, kind) => told.push(`${path}: ${kind}`) });
    expect(told).toEqual(['\ufffdnde: another file whose name is no UTF-8']);
    expect(readFileSync(join(to, '\ufffdnde'), 'utf8')).toBe('first');
  });

  it('fails for what is not an archive', async () => {
    await expect(unpack(Buffer.alloc(4096, 'x'))).rejects.toThrow();
  });
});
