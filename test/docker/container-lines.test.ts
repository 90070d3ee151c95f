/** The log as lines: nothing lost, nothing doubled, wherever reading stops and goes on. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContainerLines } from '../../src/runners/docker/log/container-lines.ts';
import { sinceText } from '../../src/runners/docker/log/position.ts';
import type { LogCursor, LogLine } from '../../src/runners/runner.ts';

interface Record_ {
  readonly stream: 'stdout' | 'stderr';
  readonly nanos: bigint;
  readonly content: Buffer;
}

const second = 1_000_000_000n;
const epoch = 1_700_000_000n * second;

function timeText(nanos: bigint): string {
  const date = new Date(Number(nanos / 1_000_000n)).toISOString();
  return `${date.slice(0, 19)}.${String(nanos % second).padStart(9, '0')}Z`;
}

function frame({ stream, nanos, content }: Record_): Buffer {
  const body = Buffer.concat([Buffer.from(`${timeText(nanos)} `), content]);
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** What the engine answers: every record whose time is not before `since`. */
function answer(records: readonly Record_[], since: string | undefined): Buffer {
  const [seconds = '0', nanos = '0'] = (since ?? '0.0').split('.');
  const from = BigInt(seconds) * second + BigInt(nanos);
  return Buffer.concat(records.filter(record => record.nanos >= from).map(frame));
}

function key(line: LogLine): string {
  return `${line.stream} ${line.text}`;
}

/** Two streams whose records have times that do not go back within a stream, often the same, in any mixture. */
const someRecords = fc
  .array(
    fc.record({
      stream: fc.constantFrom('stdout' as const, 'stderr' as const),
      pause: fc.constantFrom(0n, 0n, 1n, 1000n, second, 20n * second),
      content: fc
        .array(fc.constantFrom('same', 'x', '', '\r', '\n', '\r\n', 'ü→', 'a\rb'), { maxLength: 4 })
        .map(parts => Buffer.from(parts.join(''))),
      whole: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map(items => {
    let now = epoch;
    const last = { stdout: epoch, stderr: epoch };
    const open = { stdout: false, stderr: false };
    return items.map(({ stream, pause, content, whole }): Record_ => {
      now += pause;
      // A piece of a line has the time of the line's first piece; `\n` stands only at the end of a record.
      const line = Buffer.from(content.toString().replaceAll('\n', '') + (whole ? '\n' : ''));
      if (!open[stream]) last[stream] = now;
      open[stream] = !whole;
      return { stream, nanos: last[stream], content: line };
    });
  });

const chunkSizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });

function* chunksOf(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let offset = 0, index = 0; offset < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield Buffer.from(bytes.subarray(offset, offset + size));
    offset += size;
  }
}

function readWhole(records: readonly Record_[]): string[] {
  const log = new ContainerLines('json-file');
  return [...log.push(answer(records, undefined)), ...log.end()].map(key);
}

describe('a container’s log as lines', () => {
  test('chunks of any size give the same lines', () => {
    fc.assert(
      fc.property(someRecords, chunkSizes, (records, sizes) => {
        const log = new ContainerLines('json-file');
        const lines: LogLine[] = [];
        for (const chunk of chunksOf(answer(records, undefined), sizes)) lines.push(...log.push(chunk));
        lines.push(...log.end());
        expect(lines.map(key)).toEqual(readWhole(records));
      }),
    );
  });

  test('stopped anywhere, again and again, and taken up from the stored cursor: the same lines', () => {
    fc.assert(
      fc.property(
        someRecords,
        chunkSizes,
        fc.array(fc.nat({ max: 400 }), { maxLength: 6 }),
        (records, sizes, stops) => {
          const lines: string[] = [];
          let cursor: LogCursor | undefined;
          for (const stop of [...stops, Number.POSITIVE_INFINITY]) {
            const log = new ContainerLines('json-file', cursor);
            let read = 0;
            for (const chunk of chunksOf(answer(records, log.since && sinceText(log.since, false)), sizes)) {
              read += chunk.length;
              if (read > stop) break;
              const taken = log.push(chunk);
              lines.push(...taken.map(key));
              if (taken.length > 0) cursor = JSON.parse(JSON.stringify(log.cursor()));
            }
            if (stop === Number.POSITIVE_INFINITY) lines.push(...log.end().map(key));
          }
          const order = (stream: string) => lines.filter(line => line.startsWith(stream));
          const whole = readWhole(records);
          expect(order('stdout')).toEqual(whole.filter(line => line.startsWith('stdout')));
          expect(order('stderr')).toEqual(whole.filter(line => line.startsWith('stderr')));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('a stream that was quiet for an hour does not make the other one be read again', () => {
    const log = new ContainerLines('json-file');
    log.push(frame({ stream: 'stderr', nanos: epoch, content: Buffer.from('early\n') }));
    log.push(frame({ stream: 'stdout', nanos: epoch + 3600n * second, content: Buffer.from('late\n') }));
    const { since } = new ContainerLines('json-file', log.cursor());
    expect(since).toEqual({ seconds: 1_700_000_000 + 3590, nanos: 0 });
  });

  test('the driver local leaves out the line end of a cut line', () => {
    const log = new ContainerLines('local');
    const piece = (content: string) =>
      log.push(frame({ stream: 'stdout', nanos: epoch, content: Buffer.from(content) }));
    const full = 'a'.repeat(16 * 1024);
    expect([...piece(full), ...piece('end')].map(line => line.text)).toEqual([`${full}end`]);
    expect([...piece(full), ...piece('')].map(line => line.text)).toEqual([full]);
    expect(piece('whole\n').map(line => line.text)).toEqual(['whole']);
  });

  test('a time in any spelling of RFC 3339', () => {
    const read = (time: string) => {
      const body = Buffer.from(`${time} x\n`);
      const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, body.length]);
      return new ContainerLines('k8s-file').push(Buffer.concat([header, body]))[0]?.time;
    };
    const time = Date.parse('2026-11-20T10:00:00.250Z');
    expect(read('2026-11-20T10:00:00.250000000Z')).toBe(time);
    expect(read('2026-11-20T10:00:00.25Z')).toBe(time);
    expect(read('2026-11-20T12:00:00.25+02:00')).toBe(time);
  });

  test('a log without frames is refused in words', () => {
    expect(() => new ContainerLines('local').push(Buffer.from('plain text of a terminal\n'))).toThrow('not in frames');
  });
});

test('of a log that is copied while it grows, the last record waits until it is known to be whole', () => {
  const record = (nanos: bigint, text: string) =>
    frame({ stream: 'stdout', nanos: epoch + nanos, content: Buffer.from(text) });
  const half = new ContainerLines('k8s-file', undefined, true);
  expect(half.push(Buffer.concat([record(0n, 'one\n'), record(5n, 'tw')])).map(line => line.text)).toEqual(['one']);
  const next = new ContainerLines('k8s-file', half.cursor(), true);
  expect(next.push(Buffer.concat([record(0n, 'one\n'), record(5n, 'two\n')]))).toEqual([]);
  expect(next.held?.toString()).toContain('two');
  expect(next.releaseHeld().map(line => line.text)).toEqual(['two']);
});

test('the instant to read from leaves out nothing, in the words of each engine', () => {
  expect(sinceText({ seconds: 1_700_000_000, nanos: 5 }, false)).toBe('1700000000.000000004');
  expect(sinceText({ seconds: 1_700_000_000, nanos: 0 }, false)).toBe('1699999999.999999999');
  expect(sinceText({ seconds: 1_700_000_000, nanos: 5 }, true)).toBe('2023-11-14T22:13:20.000000004Z');
});
