/** Whether all of an ended container's log was read is told by its end, without going through it again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findEndpoint } from '../../src/runners/docker/client/endpoint.ts';
import { Engine } from '../../src/runners/docker/client/engine.ts';
import { isComplete } from '../../src/runners/docker/log/is-complete.ts';
import { readLog } from '../../src/runners/docker/log/read-log.ts';
import type { LogCursor } from '../../src/runners/runner.ts';
import { never } from '../contract/runner/harness.ts';
import { docker, dockerUnderTest, testHost, testImage } from './engine.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real)('the end of a log', () => {
  let engine: Engine;
  const made: string[] = [];

  beforeAll(async () => {
    engine = await Engine.reach(findEndpoint(testHost, {}));
  });
  afterAll(async () => {
    await docker('rm', '-fv', ...made);
  });

  /** An ended container's log, and the cursors behind each batch of it. */
  async function logged(script: string) {
    const options = ['--log-driver', 'local', '--log-opt', 'compress=false', '--log-opt', 'max-file=1'];
    const id = await docker('run', '-d', '--network', 'none', ...options, testImage, 'sh', '-c', script);
    made.push(id);
    await docker('wait', id);
    const source = { engine, id, driver: 'local', ended: Promise.resolve(), signal: never };
    const cursors: LogCursor[] = [];
    for await (const { cursor } of readLog(source, undefined)) cursors.push(cursor);
    return { source, cursors };
  }

  test.for([
    ['lines of both streams', 'seq 1 30000; seq 1 3000 >&2; echo last'],
    ['a last line without its end', 'seq 1 30000; printf end'],
  ] as const)('%s: the last cursor is behind it, and no other', async ([, script]) => {
    const { source, cursors } = await logged(script);
    expect(cursors.length).toBeGreaterThan(1);
    expect(await isComplete(source, cursors.at(-1))).toBe(true);
    for (const cursor of cursors.slice(0, -1)) expect(await isComplete(source, cursor)).toBe(false);
    expect(await isComplete(source, undefined)).toBe(false);
    expect(await isComplete({ ...source, driver: 'json-file' }, cursors.at(-1))).toBe(false);
  });

  test('within a long line, or with records of the same time to come, it is not', async () => {
    const { source, cursors } = await logged('echo one; head -c 100000 /dev/zero | tr "\\0" x; echo');
    const last = cursors.at(-1) as { stdout: { at: string; taken: number } };
    expect(await isComplete(source, last)).toBe(true);
    // Docker gives all pieces of a long line one time.
    expect(last.stdout.taken).toBeGreaterThan(5);
    expect(await isComplete(source, { ...last, stdout: { ...last.stdout, taken: last.stdout.taken - 1 } })).toBe(false);
    expect(await isComplete(source, { ...last, stdout: { ...last.stdout, open: last.stdout.at } })).toBe(false);
  });
});
