import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { isEmptyFolder } from '../../src/files/empty-archive.ts';
import { archiveEnd, padding, tarHeader } from '../../src/files/tar-header.ts';

const time = { mode: 0o755, mtime: new Date(0) };
const folder = tarHeader({ ...time, name: 'out/', type: 'directory' });
const file = Buffer.concat([
  tarHeader({ ...time, name: 'out/a', type: 'file', size: 2 }),
  Buffer.from('hi'),
  padding(2),
]);
const emptyFile = tarHeader({ ...time, name: 'out', type: 'file', size: 0 });

const stream = (...pieces: Uint8Array[]) =>
  Readable.from(
    pieces.map(piece => Buffer.from(piece)),
    { objectMode: false },
  );

test('an archive of nothing but its folder is read to its end', async () => {
  for (const tar of [
    stream(Buffer.concat([folder, archiveEnd])),
    stream(Buffer.concat([folder, archiveEnd]), archiveEnd),
  ]) {
    expect(await isEmptyFolder(tar)).toBe(true);
    expect(tar.readableEnded).toBe(true);
  }
});

test.for([
  ['a file in it', [folder, file, archiveEnd]],
  ['one file alone', [emptyFile, archiveEnd]],
  ['an end that is not all there', [folder, archiveEnd.subarray(512)]],
  ['nothing at all', []],
] as const)('nothing is taken from one with %s', async ([, parts]) => {
  const whole = Buffer.concat(parts);
  const tar = stream(whole);
  expect(await isEmptyFolder(tar)).toBe(false);
  expect(await buffer(tar)).toEqual(whole);
});

/** Gives each piece when the one before has been taken. */
const slowly = (...pieces: Uint8Array[]) =>
  Readable.from(
    (async function* () {
      for (const piece of pieces) {
        await new Promise(setImmediate);
        yield Buffer.from(piece);
      }
    })(),
    { objectMode: false, highWaterMark: 1 },
  );

test('one that comes in several pieces is left to whoever reads archives', async () => {
  const tar = slowly(folder, archiveEnd);
  expect(await isEmptyFolder(tar)).toBe(false);
  expect(await buffer(tar)).toEqual(Buffer.concat([folder, archiveEnd]));
});

test('a stream that fails or goes on is not taken for an end', async () => {
  const failed = new Readable({ read() {} });
  failed.on('error', () => {});
  failed.destroy(new Error('cut'));
  await expect(isEmptyFolder(failed)).rejects.toThrow('cut');
  const failing = new Readable({ read() {} });
  const asked = isEmptyFolder(failing);
  failing.destroy(new Error('cut later'));
  await expect(asked).rejects.toThrow('cut later');
  const more = slowly(Buffer.concat([folder, archiveEnd]), file);
  await expect(isEmptyFolder(more)).rejects.toThrow('goes on behind its end');
});
