/**
 * A Docker engine in place of node:http, for the rehearsal: no snapshot can hold the true one, nor a socket. It knows
 * one container, which starts, says a line and ends.
 */
import { EventEmitter } from 'node:events';
import type http from 'node:http';
import { Readable } from 'node:stream';
import type { HttpModule } from '../runners/docker/client/connection.ts';

/** A frame of Docker's log stream: the stream's number, three zeros, the length, the line with its time. */
function logFrame(): Buffer {
  const line = Buffer.from(`${new Date().toISOString()} hi\n`);
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, line.length]);
  return Buffer.concat([head, line]);
}

const unchanged = Buffer.from(JSON.stringify({ mtime: '2026-01-01T00:00:00Z' })).toString('base64');

function answers(ended: Promise<void>, end: () => void, hasEnded: () => boolean): (call: string) => Readable {
  const state = () => ({
    Status: hasEnded() ? 'exited' : 'created',
    Running: false,
    OOMKilled: false,
    ExitCode: 0,
    StartedAt: hasEnded() ? '2026-01-01T00:00:00Z' : '0001-01-01T00:00:00Z',
  });
  const inspected = () => ({ Id: 'c', State: state(), Config: {}, HostConfig: { LogConfig: { Type: 'json-file' } } });
  const said = (...chunks: (object | Buffer)[]) =>
    Readable.from(chunks.map(chunk => (chunk instanceof Buffer ? chunk : Buffer.from(JSON.stringify(chunk)))));
  const atTheEnd = async function* (chunk: () => Buffer) {
    await ended;
    yield chunk();
  };
  return call => {
    if (call.includes('/images/')) return said({ Id: 'sha256:0', RepoDigests: ['image@sha256:0'] });
    if (call.includes('/create')) return said({ Id: 'c' });
    if (call.includes('/wait')) return Readable.from(atTheEnd(() => Buffer.from('{"StatusCode":0}')));
    if (call.includes('/logs')) return Readable.from(atTheEnd(logFrame));
    if (call.includes('/start')) end();
    return call.startsWith('GET') && call.endsWith('/json') ? said(inspected()) : said();
  };
}

class Agent {}

/** An engine with a container of its own. */
export function rehearsalEngine(): HttpModule {
  const { promise, resolve } = Promise.withResolvers<void>();
  let started = false;
  const end = () => {
    started = true;
    resolve();
  };
  const answer = answers(promise, end, () => started);
  const request = ({ method, path }: http.RequestOptions) => {
    const headers = { 'api-version': '1.51', 'x-docker-container-path-stat': unchanged };
    const asked = new EventEmitter();
    const send = () => {
      const response = Object.assign(answer(`${method} ${path}`), { statusCode: 200, headers });
      process.nextTick(() => asked.emit('response', response));
    };
    return Object.assign(asked, { reusedSocket: false, destroy() {}, end: send });
  };
  return { Agent, request } as unknown as HttpModule;
}
