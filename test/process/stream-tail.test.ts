import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StreamTail } from '../../src/runners/process/stream-tail.ts';
import { endMark } from '../../src/runners/process/supervisor.ts';

const mark = endMark('secret');
let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'windlass-tail-'));
  path = join(root, 'log');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Pieces of text that fall badly: line ends, beginnings of the end mark, characters of several bytes. */
const piece = fc.constantFrom(
  'a',
  'bc',
  '\n',
  '\r',
  '\r\n',
  'ü',
  '文',
  '\0',
  '\0windlass-end ',
  '\0windlass-end run-1',
  '\0windlass-end secre',
);

test('however the bytes come and wherever a reader is replaced: every line once, up to the end mark', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat(7), { minLength: 1, maxLength: 20 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      (pieces, cuts, replacements) => {
        const text = pieces.join('');
        const expected = text.split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        const bytes = Buffer.concat([Buffer.from(text), mark, Buffer.from('after the end\n')]);
        writeFileSync(path, '');
        const lines: string[] = [];
        let tail = new StreamTail(path, 0, mark);
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = (cuts[turn % cuts.length] ?? 0) + 1;
          appendFileSync(path, bytes.subarray(at, at + size));
          at += size;
          lines.push(...tail.read().lines);
          if (replacements[turn % replacements.length]) {
            tail.close();
            tail = new StreamTail(path, tail.cursor, mark);
          }
        }
        for (let progress = true; progress; ) {
          const turn = tail.read();
          lines.push(...turn.lines);
          progress = turn.progress;
        }
        expect(tail.ended).toBe(true);
        tail.close();
        expect(lines).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});

test('a log without an end mark gives its last bytes when it is finished', () => {
  writeFileSync(path, Buffer.concat([Buffer.from('one\ntwo'), mark.subarray(0, 5)]));
  const tail = new StreamTail(path, 0, mark);
  expect(tail.read().lines).toEqual(['one']);
  expect(tail.finish()).toEqual(['two\0wind']);
  expect(tail.finish()).toEqual([]);
  expect(tail.ended).toBe(true);
  tail.close();
});

test('a file that is not there yet has no lines', () => {
  const tail = new StreamTail(path, 0, mark);
  expect(tail.read()).toEqual({ lines: [], progress: false });
  writeFileSync(path, 'now\n');
  expect(tail.read()).toEqual({ lines: ['now'], progress: true });
  tail.close();
});
