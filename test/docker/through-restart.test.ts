/** The engine that is really stopped is in test/faults/docker-stopped-engine.test.ts. */
import { expect, test } from 'vitest';
import { throughRestart } from '../../src/runners/docker/through-restart.ts';
import { EngineError, UnreachableError } from '../../src/runners/engine-error.ts';
import { never } from '../contract/runner/harness.ts';

const refused = new UnreachableError('unix:///x', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
const cut = new UnreachableError('unix:///x', Object.assign(new Error('cut'), { code: 'ECONNRESET' }));

/** Fails by these one after the other, then answers. */
function failing(...errors: Error[]): () => Promise<string> {
  return async () => {
    const error = errors.shift();
    if (error) throw error;
    return 'there';
  };
}

test('an engine that refuses while it stops, and is away then, is asked again', async () => {
  expect(await throughRestart(never, failing(new EngineError(500, ''), refused))).toBe('there');
});

test.for([new EngineError(404, 'no such container'), cut, new Error('a fault of ours')])(
  'what no restart explains is told at once: %s',
  async error => {
    await expect(throughRestart(never, failing(error))).rejects.toBe(error);
  },
);

test('nobody waits once the caller has left', async () => {
  const left = new AbortController();
  const asking = throughRestart(left.signal, failing(refused));
  left.abort();
  await expect(asking).rejects.toThrow('aborted');
});
