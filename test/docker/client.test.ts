/** The engine client: versions, pulls, refusals. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findEndpoint } from '../../src/runners/docker/client/endpoint.ts';
import { Engine } from '../../src/runners/docker/client/engine.ts';
import { VersionError } from '../../src/runners/docker/client/errors.ts';
import { Puller } from '../../src/runners/docker/client/pull.ts';
import { EngineError } from '../../src/runners/engine-error.ts';
import { never } from '../contract/runner/harness.ts';
import { FakeEngine } from './fake-engine.ts';

let fake = new FakeEngine();
beforeEach(async () => {
  fake = new FakeEngine();
  await fake.listen();
});
afterEach(() => fake.close());

const reach = (engine = fake) => Engine.reach(findEndpoint(engine.host, {}));
const create = 'POST /images/create';

describe('the version of the API', () => {
  test.for([
    ['1.41', 41],
    ['1.60', 56],
    ['1.40', 40],
  ] as const)('an engine that says %s is asked in 1.%i', async ([said, used]) => {
    const engine = new FakeEngine(said);
    await engine.listen();
    expect((await reach(engine)).apiMinor).toBe(used);
    await engine.close();
  });

  test('an engine that is too old is refused in words', async () => {
    const old = new FakeEngine('1.39');
    await old.listen();
    await expect(reach(old)).rejects.toThrow(VersionError);
    await old.close();
  });
});

describe('pulls', () => {
  test('an error inside the stream of a 200 is an error', async () => {
    fake.answers.set(create, (_, response) => {
      response.write('{"status":"Pulling from x","id":"latest"}\n');
      response.end('{"errorDetail":{"message":"unauthorized: wrong password"},"error":"unauthorized"}\n');
    });
    const puller = new Puller(await reach());
    await expect(puller.pull('x', undefined, () => {}, never)).rejects.toThrow('unauthorized: wrong password');
    expect(fake.count(/images\/create/)).toBe(1);
  });

  test('progress counts the bytes of all layers; repository, tag and credentials are sent', async () => {
    fake.answers.set(create, (_, response) => {
      const line = (id: string, current: number) =>
        `${JSON.stringify({ id, status: 'Downloading', progressDetail: { current, total: 100 } })}\n`;
      response.write(line('a', 50) + line('b', 0).slice(0, 20));
      setTimeout(() => response.end(line('b', 0).slice(20) + line('b', 100)), 10);
    });
    const seen: (number | undefined)[] = [];
    const puller = new Puller(await reach());
    await puller.pull('r.io:5000/a/b:1.2', 'secret', event => seen.push(event.fraction), never);
    expect(seen).toEqual([0.5, 0.25]);
    const request = fake.requests.at(-1);
    expect(request?.url).toContain('fromImage=r.io%3A5000%2Fa%2Fb&tag=1.2');
    expect(request?.headers['x-registry-auth']).toBe('secret');
  });

  test('unpacking does not take back what has come', async () => {
    fake.answers.set(create, (_, response) => {
      const line = (id: string, status: string, current?: number) =>
        `${JSON.stringify({ id, status, ...(current !== undefined && { progressDetail: { current, total: 100 } }) })}\n`;
      response.write(line('a', 'Downloading', 80) + line('b', 'Downloading', 50) + line('a', 'Download complete'));
      response.end(line('a', 'Extracting', 1) + line('b', 'Verifying Checksum') + line('a', 'Pull complete'));
    });
    const seen: (number | undefined)[] = [];
    await new Puller(await reach()).pull('x', undefined, event => seen.push(event.fraction), never);
    expect(seen).toEqual([0.8, 0.65, 0.75, 0.75, 1, 1]);
  });

  test('a pull tells of each step once, and not of every byte', async () => {
    fake.answers.set(create, (_, response) => {
      for (let current = 1; current <= 500; current++) {
        response.write(
          `${JSON.stringify({ id: 'a', status: 'Downloading', progressDetail: { current, total: 500 } })}\n`,
        );
      }
      response.end('{"id":"a","status":"Pull complete"}\n{"status":"Status: Downloaded newer image for x"}\n');
    });
    const seen: string[] = [];
    await new Puller(await reach()).pull('x', undefined, event => seen.push(event.text), never);
    expect(seen).toEqual(['x: a Downloading', 'x: a Pull complete', 'x: Status: Downloaded newer image for x']);
  });

  test('a pull that says nothing more is given up, in words', async () => {
    fake.answers.set(create, (_, response) => {
      response.write('{"status":"Pulling from x"}\n');
    });
    const puller = new Puller(await reach(), 200);
    await expect(puller.pull('x', undefined, () => {}, never)).rejects.toThrow('the pull has said nothing for 0 s');
    expect(fake.count(/images\/create/)).toBe(1);
  });

  test('twenty who want one image pull it once; one who leaves stops nobody', async () => {
    fake.answers.set(create, (_, response) => {
      setTimeout(() => response.end('{"status":"done"}\n'), 100);
    });
    const puller = new Puller(await reach());
    const leaving = new AbortController();
    const left = puller.pull('x', undefined, () => {}, leaving.signal);
    const others = Array.from({ length: 20 }, () => puller.pull('x', undefined, () => {}, never));
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    await Promise.all(others);
    expect(fake.count(/images\/create/)).toBe(1);
  });

  test('when all have left, the pull is called off', async () => {
    const closed = Promise.withResolvers<void>();
    fake.answers.set(create, (request, response) => {
      response.write('{"status":"slow"}\n');
      request.socket.once('close', closed.resolve);
    });
    const puller = new Puller(await reach());
    await expect(puller.pull('x', undefined, () => {}, AbortSignal.timeout(50))).rejects.toThrow();
    await closed.promise;
  });

  test('a registry that stumbles is asked again, one that refuses is not', async () => {
    let asked = 0;
    fake.answers.set(create, (_, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(500).end('{"message":"received unexpected HTTP status: 503"}');
      else response.end('{"status":"done"}\n');
    });
    const puller = new Puller(await reach());
    await puller.pull('x', undefined, () => {}, never);
    expect(asked).toBe(2);
    fake.answers.set(create, (_, response) => {
      asked += 1;
      response.writeHead(500).end('{"message":"dial tcp: lookup r.io: no such host"}');
    });
    await expect(puller.pull('y', undefined, () => {}, never)).rejects.toThrow(EngineError);
    expect(asked).toBe(3);
  });
});

test('an answer that is no JSON is shown as it is', async () => {
  fake.answers.set('GET /info', (_, response) => {
    response.writeHead(502).end('<html>bad gateway</html>\n');
  });
  const engine = await reach();
  await expect(engine.get('/info')).rejects.toThrow('<html>bad gateway</html>');
});

test('a question whose answer was cut off is asked once more', async () => {
  let asked = 0;
  fake.answers.set('GET /info', (_, response) => {
    asked += 1;
    if (asked > 1) response.end('{"Name":"whole"}');
    else response.writeHead(200, { 'Content-Length': 16 }).write('{"Name":', () => response.destroy());
  });
  expect(await (await reach()).get('/info')).toEqual({ Name: 'whole' });
  expect(asked).toBe(2);
});
