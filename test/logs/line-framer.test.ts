import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineFramer } from '../../src/logs/line-framer.ts';
import { cpuMs } from '../cpu-time.ts';

function linesOf(bytes: Uint8Array, sizes: readonly number[], limit?: number): string[] {
  const framer = new LineFramer(limit);
  const lines: string[] = [];
  // One buffer for all chunks, as a reader of files uses it.
  const shared = Buffer.alloc(Math.max(1, ...sizes));
  let offset = 0;
  for (let turn = 0; offset < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    const part = bytes.subarray(offset, offset + size);
    shared.set(part);
    lines.push(...framer.push(shared.subarray(0, part.length)));
    shared.fill(0x58);
    offset += size;
  }
  return [...lines, ...framer.end()];
}

const chunking = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe('LineFramer', () => {
  it('gives the same lines however the bytes are cut', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '€', '😀', '\n', '\r', '\r\n', ' ', '::{'), { maxLength: 60 });
    fc.assert(
      fc.property(text, chunking, (parts, sizes) => {
        const whole = parts.join('');
        const expected = whole.split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        expect(linesOf(Buffer.from(whole), sizes)).toEqual(expected);
      }),
    );
  });

  it('keeps blank lines', () => {
    expect(linesOf(Buffer.from('\n\na\n\n'), [100])).toEqual(['', '', 'a', '']);
  });

  it('takes a return and a feed in two chunks as one end', () => {
    const framer = new LineFramer();
    expect(framer.push(Buffer.from('10%\r'))).toEqual(['10%']);
    expect(framer.push(Buffer.from('\nnext\r'))).toEqual(['next']);
    expect(framer.push(Buffer.from('\r'))).toEqual(['']);
    expect(framer.end()).toEqual([]);
  });

  it('puts a replacement character where the bytes are not UTF-8', () => {
    expect(linesOf(Buffer.from([0x61, 0xff, 0x62, 0x0a]), [1])).toEqual(['a\ufffdb']);
  });

  it('cuts a long line visibly, at the border of a character, however it comes', () => {
    fc.assert(
      fc.property(chunking, sizes => {
        const lines = linesOf(Buffer.from(`${'€'.repeat(10)}\nshort\n`), sizes, 10);
        expect(lines).toEqual(['€€€ … [line cut: 21 more bytes]', 'short']);
      }),
    );
  });

  it('does not cut a line of exactly the limit', () => {
    expect(linesOf(Buffer.from('0123456789\n'), [3], 10)).toEqual(['0123456789']);
  });

  it('leaves a protocol line whole up to sixteen times the limit', () => {
    const line = `::{"outputs":{"a":"${'x'.repeat(100)}"}}::`;
    fc.assert(
      fc.property(chunking, sizes => {
        expect(linesOf(Buffer.from(`${line}\n`), sizes, 10)).toEqual([line]);
      }),
    );
    expect(linesOf(Buffer.from(`${line}${'y'.repeat(100)}`), [7], 10)[0]).toMatch(/ … \[line cut: \d+ more bytes\]$/);
  });

  it('is linear: 32 MiB without a line end, in small chunks, within two seconds', () => {
    const framer = new LineFramer();
    const chunk = Buffer.alloc(4096, 'a');
    const took = cpuMs(() => {
      for (let count = 0; count < 8192; count++) framer.push(chunk);
      expect(framer.end()[0]).toHaveLength(1024 * 1024 + ' … [line cut: 32505856 more bytes]'.length);
    });
    expect(took).toBeLessThan(2000);
  });
});
