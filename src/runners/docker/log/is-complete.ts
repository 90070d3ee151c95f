/** Was everything read that an ended container's log holds? Told by the log's last records alone. */
import { isMap, type Value } from '../../../model/value.ts';
import type { LogCursor } from '../../runner.ts';
import { openLog } from '../client/containers.ts';
import type { Engine } from '../client/engine.ts';
import { type Frame, FrameParser } from '../client/frames.ts';
import { wholeBytesDriver } from './container-lines.ts';
import { compare, instantFromText, type Position, RecordClock } from './position.ts';

/**
 * True when the cursor lies behind the last record. Docker goes through a whole log to find what is later than an
 * instant (1.7 s for a million lines on a busy machine), and from its end to find the last records (8 ms).
 *
 * A log is read in its order, so who has the last record has all; of records of one time the number counts. False is
 * "perhaps": also for a line that is not at its end yet, and for log drivers that are read in other ways.
 */
export async function isComplete(
  { engine, id, driver, signal }: { engine: Engine; id: string; driver: string; signal: AbortSignal },
  cursor: LogCursor | undefined,
): Promise<boolean> {
  if (driver !== wholeBytesDriver || !isMap(cursor)) return false;
  const [stdout, stderr] = [closedPosition(cursor.stdout), closedPosition(cursor.stderr)];
  if (stdout === 'open' || stderr === 'open') return false;
  const positions = { stdout, stderr };
  const tail = 1 + Math.max(stdout?.taken ?? 0, stderr?.taken ?? 0);
  const records = await lastRecords(engine, id, tail, signal);
  const last = records.at(-1);
  const known = last && positions[last.stream];
  if (!last || !known || compare(last.at, known.at) !== 0) return false;
  return records.filter(({ stream, at }) => stream === last.stream && compare(at, last.at) === 0).length <= known.taken;
}

/** Behind which record a stream was read; undefined for none, `open` within a line. */
function closedPosition(value: Value | undefined): Position | 'open' | undefined {
  if (!isMap(value)) return undefined;
  if (value.open !== undefined || Number(value.lines ?? 0) > 0) return 'open';
  const at = instantFromText(value.at);
  return at && { at, taken: Number(value.taken) };
}

async function lastRecords(
  engine: Engine,
  id: string,
  tail: number,
  signal: AbortSignal,
): Promise<readonly { readonly stream: Frame['stream']; readonly at: Position['at'] }[]> {
  const [parser, clock] = [new FrameParser(), new RecordClock()];
  const records: { stream: Frame['stream']; at: Position['at'] }[] = [];
  for await (const chunk of await openLog(engine, id, { follow: false, tail, signal })) {
    for (const { stream, content } of parser.push(chunk as Buffer))
      records.push({ stream, at: clock.read(content).at });
  }
  return records;
}
