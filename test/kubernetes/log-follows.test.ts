/** More logs than may be followed, against an API server that has nothing but logs. 8 s, nearly all of it waiting. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../src/runners/kubernetes/client/connection.ts';
import { LogFollows } from '../../src/runners/kubernetes/log/log-follows.ts';
import { readLog } from '../../src/runners/kubernetes/log/read-log.ts';
import { type GrowingLog, GrowingLogs, linesOf } from './growing-logs.ts';

describe('places for logs', () => {
  test('the first are followed, the others read, and those that were silent wait for those that were not', () => {
    const follows = new LogFollows(2);
    const new1 = { bytes: 0, quiet: false };
    const [a, b, c] = [follows.enter(new1), follows.enter(new1), follows.enter(new1)];
    expect([a.way, b.way, c.way]).toEqual(['follow', 'follow', 'read']);
    expect(follows.crowded).toBe(true);
    a.leave();
    a.leave();
    expect(follows.enter({ bytes: 0, quiet: true }).way).toBe('read');
    c.leave();
    expect(follows.crowded).toBe(false);
    expect(follows.enter({ bytes: 0, quiet: true }).way).toBe('follow');
  });

  test('a log that the node may begin anew at any moment is followed beyond the limit', () => {
    const follows = new LogFollows(0);
    expect(follows.enter({ bytes: 4 * 1024 * 1024 - 1, quiet: false }).way).toBe('read');
    expect(follows.enter({ bytes: 4 * 1024 * 1024, quiet: true }).way).toBe('follow');
  });

  test('the more are read, the seldomer each: a hundred a second at most', () => {
    const follows = new LogFollows(0);
    const pauses = Array.from({ length: 5_000 }, () => follows.enter({ bytes: 0, quiet: true }).pauseMs);
    expect(Math.max(...pauses.slice(0, 100))).toBeLessThanOrEqual(2_500);
    expect(Math.min(...pauses.slice(-100))).toBeGreaterThanOrEqual(36_000);
  });
});

describe('many logs at once', () => {
  const logs = new Map<string, GrowingLog>();
  const growing = new GrowingLogs(pod => logs.get(pod));
  const sockets = new Set<Socket>();
  let most = 0;
  let server: Server;

  beforeEach(async () => {
    server = createServer((request, response) => growing.answer(request, response));
    server.on('connection', socket => {
      sockets.add(socket);
      most = Math.max(most, sockets.size);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    expect(growing.open).toBe(0);
  });

  test('few are followed, over few connections; every line of each is there once, and those of a loud one soon', async () => {
    const { port } = server.address() as AddressInfo;
    const connection = new Connection({
      server: new URL(`http://127.0.0.1:${port}`),
      trustAny: false,
      checkHostName: true,
      origin: 'test',
    });
    const follows = new LogFollows(4);
    const begins = Date.now();
    const live = async (pod: string, everyMs: number, lasts: number): Promise<string[]> => {
      logs.set(pod, { begins, everyMs });
      const ended = sleep(lasts).then(() => {
        logs.set(pod, { begins, everyMs, ends: Date.now() });
      });
      const read: string[] = [];
      const source = {
        connection,
        namespace: 'default',
        pod,
        container: 'main',
        follows,
        begun: Promise.resolve(),
        eager: false,
        ended,
        signal: new AbortController().signal,
        lateLimitMs: 1_000,
        trouble: (text: string) => read.push(text),
      };
      for await (const { lines } of readLog(source)) for (const { text } of lines) read.push(text);
      return read;
    };
    const pods = Array.from({ length: 60 }, (_, i) => ({
      name: `pod-${i}`,
      everyMs: [17, 400, 3_000][i % 3] ?? 0,
      lasts: 5_000 + 50 * i,
    }));
    const read = await Promise.all(pods.map(({ name, everyMs, lasts }) => live(name, everyMs, lasts)));
    for (const [i, { name }] of pods.entries()) {
      const all = linesOf(logs.get(name) as GrowingLog, Date.now());
      expect(read[i]).toEqual(all.map(([, text]) => text));
    }
    // 4 follows and 16 for readings.
    expect(most).toBeLessThanOrEqual(20);
  });
});
