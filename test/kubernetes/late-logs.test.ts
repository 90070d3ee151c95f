/** A log that cannot be read when its program has ended: asked for again, for as long as waitForLogs allows. 4 s. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Connection } from '../../src/runners/kubernetes/client/connection.ts';
import { LogFollows } from '../../src/runners/kubernetes/log/log-follows.ts';
import { readLog } from '../../src/runners/kubernetes/log/read-log.ts';

let failing = true;
const server = createServer((_request, response) => {
  if (failing) response.writeHead(500).end('{"message":"the node is away"}');
  else response.end('2026-01-01T00:00:00.1Z one\n2026-01-01T00:00:00.2Z two\n');
}).listen(0, '127.0.0.1');

afterEach(() => {
  server.closeAllConnections();
  failing = true;
});
afterAll(() => {
  server.close();
});

async function read(lateLimitMs: number) {
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const connection = new Connection({ server: url, trustAny: false, checkHostName: true, origin: 'the test' });
  const [texts, troubles]: [string[], string[]] = [[], []];
  const began = Date.now();
  const ended = Promise.resolve();
  const batches = readLog({
    connection,
    follows: new LogFollows(),
    namespace: 'n',
    pod: 'p',
    container: 'main',
    begun: ended,
    eager: false,
    ended,
    signal: new AbortController().signal,
    lateLimitMs,
    trouble: text => troubles.push(text),
  });
  for await (const batch of batches) texts.push(...batch.lines.map(({ text }) => text));
  return { texts, troubles, took: Date.now() - began };
}

test('when the node comes back in time, every line is there and nothing is said', async () => {
  setTimeout(() => {
    failing = false;
  }, 700);
  expect(await read(20_000)).toMatchObject({ texts: ['one', 'two'], troubles: [] });
});

test('when it does not, the run ends all the same, and what is missing is said', async () => {
  const { texts, troubles, took } = await read(1_000);
  expect([texts, troubles]).toEqual([[], ['The rest of the log of the pod p cannot be read: the node is away']]);
  expect(took).toBeGreaterThan(1_000);
});
