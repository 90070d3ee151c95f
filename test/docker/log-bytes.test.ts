/** Whatever bytes a program writes, on both streams: each line once and whole. */
import { describe, expect, test } from 'vitest';
import type { RunnerUnderTest } from '../contract/runner/index.ts';
import { dockerUnderTest } from './engine.ts';
import { useTrials } from './trials.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

/** Docker cuts longer lines into pieces of this size. */
const piece = 16 * 1024;

describe.skipIf('unavailable' in real)('lines', () => {
  const trials = useTrials('bytes');

  test('NUL bytes, CR LF, what is no UTF-8, characters across pieces, and a last line without an end', async () => {
    const written = [
      'nul\0inside\n',
      'crlf\r\n\r\none\rtwo\r\n\n',
      'no UTF-8 \xff\xfe\n',
      ...[-3, -2, -1, 0, 1].map(shift => `${'x'.repeat(piece + shift)}\xe2\x82\xac\xf0\x9f\x98\x80\n`),
      ...[piece - 1, piece, piece + 1, 2 * piece].map(length => `${'l'.repeat(length)}\n`),
      ' \t blanks \t \n',
      'no end',
    ].join('');
    const lines = [
      ...['nul\0inside', 'crlf', '', 'one', 'two', '', 'no UTF-8 \ufffd\ufffd'],
      ...[-3, -2, -1, 0, 1].map(shift => `${'x'.repeat(piece + shift)}€😀`),
      ...[piece - 1, piece, piece + 1, 2 * piece].map(length => 'l'.repeat(length)),
      ...[' \t blanks \t ', 'no end'],
    ];
    const under = { ...(real as RunnerUnderTest), config: { pullPolicy: 'NEVER', networkMode: 'none' } };
    const files = { bytes: Buffer.from(written, 'latin1') };
    const one = await trials.make(under, { script: 'cat bytes >&2; cat bytes; exit 3', files });
    const { stdout, stderr, outcome } = await one.live();
    expect(outcome).toMatchObject({ exitCode: 3 });
    expect(stdout).toEqual(lines);
    expect(stderr).toEqual(lines);
  });
});
