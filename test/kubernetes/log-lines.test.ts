import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogLines } from '../../src/runners/kubernetes/log/log-lines.ts';
import type { LogCursor } from '../../src/runners/runner.ts';

/** A log as the kubelet gives it from a point of time on: whole lines whose timestamp is not before it. */
function served(stamped: readonly (readonly [number, string])[], since: string | undefined): Buffer {
  const from = since === undefined ? 0 : Date.parse(since);
  return Buffer.from(
    stamped
      .filter(([time]) => time >= from)
      .map(([time, text]) => `${new Date(time).toISOString().replace('Z', '123456Z')} ${text}\n`)
      .join(''),
  );
}

function readFrom(cursor: LogCursor | undefined, bytes: Buffer): LogLines & { read: string[] } {
  const lines = new LogLines(cursor) as LogLines & { read: string[] };
  lines.read = [...lines.push(bytes), ...lines.end()].map(line => line.text);
  return lines;
}

describe('lines of a pod’s log', () => {
  test('carriage returns end lines, one before the line end is part of it', () => {
    const lines = new LogLines(undefined);
    const text = '2026-01-01T00:00:00.000000001Z 10%\r20%\rdone\r\n2026-01-01T00:00:00.5Z \n';
    expect(lines.push(Buffer.from(text)).map(line => line.text)).toEqual(['10%', '20%', 'done', '']);
  });

  test('the time is the node’s', () => {
    const [line] = new LogLines(undefined).push(Buffer.from('2026-01-01T00:00:01.250999999Z x\n'));
    expect(line).toEqual({ stream: 'stdout', time: Date.parse('2026-01-01T00:00:01.250Z'), text: 'x' });
  });

  test('the rest of a line whose beginning lies before the asked time is passed over', () => {
    const read = readFrom(
      { since: 1_767_225_600, skip: 0, until: 0, bytes: 0 },
      Buffer.from('aaaa\n2026-01-01T00:00:00.1Z b\n'),
    );
    expect(read.read).toEqual(['b']);
  });

  test('a last line without an end counts when the log is complete', () => {
    expect(readFrom(undefined, Buffer.from('2026-01-01T00:00:00.1Z a\n2026-01-01T00:00:00.2Z b')).read).toEqual([
      'a',
      'b',
    ]);
  });

  test('lines that the node has put away are not counted among those that come after them', () => {
    const begin = 1_767_225_600_000;
    const old = Array.from({ length: 50 }, (_, i) => [begin + 10 * i, `old ${i}`] as const);
    const later = Array.from({ length: 30 }, (_, i) => [begin + 400 + 100 * (i + 1), `new ${i}`] as const);
    const { cursor } = readFrom(undefined, served(old.slice(0, 40), undefined));
    // The first of the new file are of the second in which the old one ended.
    expect(readFrom(cursor, served(later, undefined)).read).toEqual(later.map(([, text]) => text));
    expect(readFrom(cursor, served([...old.slice(35), ...later], undefined)).read.slice(-30)).toEqual(
      later.map(([, text]) => text),
    );
    // A follow that went on into the new file, and was cut there.
    const across = readFrom(undefined, served([...old, ...later.slice(0, 3)], undefined));
    expect(readFrom(across.cursor, served(later, undefined)).read).toEqual(later.slice(3).map(([, text]) => text));
  });

  test('cut anywhere, and read again from any cursor, every line is there once', () => {
    const log = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.constantFrom('same', 'ü€', '', 'x y')), { maxLength: 60 })
      .map(steps => {
        let time = 1_767_225_600_000;
        return steps.map(([step, text]) => {
          time += step;
          // stderr's writer may come a little behind stdout's.
          return [time - (step % 3 === 0 ? Math.min(step, 200) : 0), text] as const;
        });
      });
    fc.assert(
      fc.property(log, fc.array(fc.nat(5000), { maxLength: 6 }), (stamped, cuts) => {
        const all: string[] = [];
        let cursor: LogCursor | undefined;
        for (const cut of [...cuts, Number.POSITIVE_INFINITY]) {
          const lines = new LogLines(cursor);
          const bytes = served(stamped, lines.since);
          const whole = cut >= bytes.length;
          all.push(...lines.push(bytes.subarray(0, cut)).map(line => line.text));
          if (whole) all.push(...lines.end().map(line => line.text));
          cursor = JSON.parse(JSON.stringify(lines.cursor)) as LogCursor;
        }
        expect(all).toEqual(stamped.map(([, text]) => text));
      }),
    );
  });
});
