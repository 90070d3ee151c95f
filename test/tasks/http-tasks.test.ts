import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { callFromExpression } from '../../src/tasks/http/expression-call.ts';
import { TaskHarness, type TaskSetting } from './task-harness.ts';

/** What the server was asked last. */
let asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string };
let base: string;

const pages: Record<string, (response: ServerResponse, asked: IncomingMessage) => void> = {
  '/json': response => response.setHeader('X-Twice', ['a', 'b']).end('{"a":[1,2]}'),
  '/latin': response => response.setHeader('Content-Type', 'text/plain; charset=iso-8859-1').end(Buffer.from([0xe9])),
  '/bytes': response => response.end(Buffer.from([0xe9])),
  '/fail': response => response.writeHead(418).end('short and stout'),
  '/empty': response => response.end(),
  '/once': response => response.writeHead(302, { Location: '/json' }).end(),
  '/away': response => response.writeHead(307, { Location: base.replace('127.0.0.1', 'localhost') }).end(),
  '/round': response => response.writeHead(302, { Location: '/round' }).end(),
  '/silent': () => {},
  '/cut': response => {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('half', () => response.destroy());
  },
  '/named': response => response.setHeader('Content-Disposition', 'attachment; filename="../../a b.csv"').end('x,y\n'),
  '/big': response => response.end(Buffer.alloc(10 * 1024 * 1024 + 1)),
};

const server = createServer((request, response) => {
  const body: Buffer[] = [];
  request.on('data', chunk => body.push(chunk));
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    asked = { method, url, headers, body: Buffer.concat(body).toString() };
    const path = URL.canParse(url) ? new URL(url).pathname : (url.split('?')[0] ?? '');
    const page = pages[path];
    if (page) page(response, request);
    else response.end(path === '/' ? 'root' : `echo ${asked.body}`);
  });
});

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => harness.close());

const http = (name: string, properties: ValueMap, setting?: TaskSetting) =>
  harness.run(`io.kestra.plugin.core.http.${name}`, properties, setting);
const get = (path: string, more: ValueMap = {}) => http('Request', { uri: `${base}${path}`, ...more });

describe('Request', () => {
  it('gives code, headers and body', async () => {
    const { outputs, state } = await get('/json');
    expect(state).toBe('SUCCESS');
    expect(outputs).toMatchObject({
      code: 200,
      uri: `${base}/json`,
      body: '{"a":[1,2]}',
      headers: { 'X-Twice': ['a', 'b'] },
    });
  });

  it('sends method, parameters, headers and body', async () => {
    const { outputs } = await get('/echo?a=1', {
      method: 'post',
      params: { b: '{{ flow.id }}' },
      headers: { 'X-Mine': '{{ 1 + 1 }}' },
      body: '{"f": "{{ flow.id }}"}',
    });
    expect(outputs.body).toBe('echo {"f": "f"}');
    expect(asked).toMatchObject({ method: 'POST', url: '/echo?a=1&b=f' });
    expect(asked.headers).toMatchObject({ 'x-mine': '2', 'content-type': 'application/json' });
  });

  it('sends a map as JSON, and forms in both encodings', async () => {
    await get('/echo', { method: 'PUT', body: { a: ['{{ flow.id }}'] } });
    expect(asked.body).toBe('{"a":["f"]}');
    await get('/echo', { method: 'POST', formData: { a: 'x y', b: 2 } });
    expect(asked.body).toBe('a=x+y&b=2');
    expect(asked.headers['content-type']).toBe('application/x-www-form-urlencoded');
    await harness.storage.put('kestra:///ns/f/executions/e/in.csv', 'cell');
    const files = {
      text: 'plain',
      file: 'kestra:///ns/f/executions/e/in.csv',
      named: { name: 'other.txt', content: 'kestra:///ns/f/executions/e/in.csv' },
    };
    await get('/echo', { method: 'POST', contentType: 'multipart/form-data', formData: files });
    expect(asked.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(asked.body).toContain('filename="in.csv"');
    expect(asked.body).toContain('filename="other.txt"');
    expect(asked.body.match(/cell/g)).toHaveLength(2);
  });

  it('reads the charset of the answer', async () => {
    expect((await get('/latin')).outputs.body).toBe('é');
  });

  it('reads what says no charset as the default says', async () => {
    expect((await get('/bytes', { options: { defaultCharset: 'ISO-8859-1' } })).outputs.body).toBe('é');
  });

  it('fails for codes from 400 on with what the server said, unless they are allowed', async () => {
    expect((await get('/fail')).failure).toMatch(/'418'.*short and stout/);
    expect((await get('/fail', { options: { allowFailed: true } })).outputs).toMatchObject({ code: 418 });
    expect((await get('/fail', { allowFailed: true })).outputs).toMatchObject({ code: 418 });
    expect((await get('/fail', { options: { allowedResponseCodes: [418] } })).outputs.body).toBe('short and stout');
    expect((await get('/json', { options: { allowedResponseCodes: [201] } })).failure).toContain("'200'");
  });

  it('follows redirects as far as it may', async () => {
    expect((await get('/once')).outputs).toMatchObject({ code: 200, uri: `${base}/json` });
    expect((await get('/once', { options: { followRedirects: false } })).outputs).toMatchObject({ code: 302 });
    expect((await get('/round')).failure).toContain('redirect');
  });

  it('says who asks, and not to another host', async () => {
    await get('/echo', { options: { auth: { type: 'BASIC', username: 'u', password: "{{ 'p' }}" } } });
    expect(asked.headers.authorization).toBe(`Basic ${btoa('u:p')}`);
    await get('/echo', { options: { basicAuthUser: 'u', basicAuthPassword: 'q' } });
    expect(asked.headers.authorization).toBe(`Basic ${btoa('u:q')}`);
    const bearer = { options: { auth: { type: 'BEARER', token: 't' } } };
    await get('/echo', bearer);
    expect(asked.headers.authorization).toBe('Bearer t');
    await get('/away', bearer);
    expect(asked.url).toBe('/');
    expect(asked.headers.authorization).toBeUndefined();
  });

  it('goes through a proxy', async () => {
    const { port } = new URL(base);
    const proxy = { type: 'HTTP', address: '127.0.0.1', port: Number(port), username: 'u', password: 'p' };
    await http('Request', { uri: 'http://nowhere.invalid/json', options: { proxy } });
    expect(asked.url).toBe('http://nowhere.invalid/json');
    expect(asked.headers).toMatchObject({ host: 'nowhere.invalid', 'proxy-authorization': `Basic ${btoa('u:p')}` });
  });

  it.each([
    ['/silent', { options: { timeout: { readIdleTimeout: 'PT0.1S' } } }, /silence for 100 ms/],
    ['/cut', {}, /broke off/],
    ['/big', {}, /10 MB.*http\.Download/],
    ['/json', { options: { maxContentLength: 5 } }, /5 bytes.*http\.Download/],
    ['/json', { encryptBody: true }, /secret-key/],
    ['/json', { method: 'GET IT' }, /cannot be requested.*GET IT/],
    ['/json', { headers: { 'a b': 'c' } }, /cannot be requested.*a b/],
    ['/json', { headers: { a: 'b\nc: d' } }, /cannot be requested.*header/],
  ])('%s %j fails with words', async (path, more, words) => {
    expect((await get(path, more)).failure).toMatch(words);
  });

  it.each([
    ['http://127.0.0.1:1/', /http:\/\/127\.0\.0\.1:1 cannot be reached/],
    ['ftp://example.org/', /http:\/\/ or https:\/\//],
    ['nonsense', /"nonsense"/],
  ])('%s fails with words', async (uri, words) => {
    expect((await http('Request', { uri })).failure).toMatch(words);
  });

  it('stops when it is killed', async () => {
    await expect(http('Request', { uri: `${base}/silent` }, { signal: AbortSignal.timeout(50) })).rejects.toThrow(
      /timeout/,
    );
  });
});

describe('Download', () => {
  it('keeps the answer as a file with the name the server gives', async () => {
    const { outputs } = await http('Download', { uri: `${base}/named` });
    expect(outputs).toMatchObject({ code: 200, length: 4 });
    expect(outputs.uri).toMatch(/\/a%20b\.csv$/);
    expect(await harness.storage.getText(String(outputs.uri))).toBe('x,y\n');
    const named = await http('Download', { uri: `${base}/json`, saveAs: 'mine.json' });
    expect(named.outputs.uri).toMatch(/\/mine\.json$/);
  });

  it('takes more than fits in a text', async () => {
    expect((await http('Download', { uri: `${base}/big` })).outputs.length).toBe(10 * 1024 * 1024 + 1);
  });

  it.each([
    ['/empty', /empty/],
    ['/cut', /broke off/],
    ['/fail', /'418'/],
  ])('%s fails with words', async (path, words) => {
    expect((await http('Download', { uri: `${base}${path}` })).failure).toMatch(words);
  });

  it('says when saveAs leads to another folder', async () => {
    expect((await http('Download', { uri: `${base}/json`, saveAs: '../x' })).failure).toContain('it has the part ".."');
  });

  it('takes an empty file where that is allowed', async () => {
    const ended = await http('Download', { uri: `${base}/empty`, failOnEmptyResponse: false });
    expect(ended).toMatchObject({ state: 'SUCCESS', outputs: { length: 0 } });
    expect(ended.said).toEqual([`WARN File '${base}/empty' is empty`]);
  });
});

describe('the function http()', () => {
  it('gives JSON parsed, other text as it is', async () => {
    expect(await callFromExpression({ uri: `${base}/json`, method: 'GET', options: { query: { a: [1, 2] } } })).toEqual(
      {
        a: [1, 2],
      },
    );
    expect(asked.url).toBe('/json?a=1&a=2');
    expect(await callFromExpression({ uri: base, method: 'GET', options: {} })).toBe('root');
  });

  it('sends a body and fails for bad codes', async () => {
    await callFromExpression({ uri: `${base}/echo`, method: 'POST', options: { body: { a: 1 }, headers: { X: 'y' } } });
    expect(asked).toMatchObject({ method: 'POST', body: '{"a":1}' });
    expect(asked.headers).toMatchObject({ x: 'y', 'content-type': 'application/json' });
    await expect(callFromExpression({ uri: `${base}/fail`, method: 'GET', options: {} })).rejects.toThrow("'418'");
  });
});
