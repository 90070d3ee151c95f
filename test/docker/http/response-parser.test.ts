/** Answers of HTTP/1.1, cut in every way: against Node's own server and client, RFC 9112 by table, and noise. 1 s. */
import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type ResponseHead, ResponseParser } from '../../../src/runners/docker/client/http/response-parser.ts';
import { full } from '../../full.ts';

interface Parsed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether it ended, and how many bytes were left over then. */
  readonly rest: number | 'unfinished';
  readonly isPersistent: boolean;
}

/** @param cuts the lengths of the pieces, again from the first when they are used up */
function parse(bytes: Buffer, { method = 'GET', cuts = [bytes.length], isClosed = true } = {}): Parsed {
  let head: ResponseHead | undefined;
  const pieces: Buffer[] = [];
  let [ends, taken, at, inBounds] = [0, 0, 0, true];
  const parser = new ResponseParser(method, {
    onHead: told => {
      expect([head, ends]).toEqual([undefined, 0]);
      head = told;
    },
    onBody: piece => {
      expect([piece.length > 0, head !== undefined, ends]).toEqual([true, true, 0]);
      pieces.push(Buffer.from(piece));
    },
    onEnd: () => {
      ends += 1;
    },
  });
  for (let index = 0; at < bytes.length; index++) {
    const piece = bytes.subarray(at, at + (cuts[index % cuts.length] ?? 1));
    const got = parser.push(piece);
    inBounds &&= got === piece.length || (got < piece.length && parser.isDone);
    taken += got;
    at += piece.length;
  }
  if (isClosed) parser.end();
  expect([ends, inBounds]).toEqual([parser.isDone ? 1 : 0, true]);
  const { status = 0, headers = new Map() } = head ?? {};
  const rest = parser.isDone ? bytes.length - taken : 'unfinished';
  const body = Buffer.concat(pieces).toString('latin1');
  return { status, headers: Object.fromEntries(headers), body, rest, isPersistent: parser.isPersistent };
}

const text = (lines: string) => Buffer.from(lines, 'latin1');
const refusal = 'the answer cannot be understood: ';

/** The same numbers in every run (https://en.wikipedia.org/wiki/Linear_congruential_generator). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('as Node’s server writes and Node’s client reads', () => {
  const long = 'x'.repeat(10_000);
  const answers: Record<string, { readonly method?: string; readonly write: (answer: http.ServerResponse) => void }> = {
    'a length': { write: answer => answer.setHeader('Content-Length', 5).end('hello') },
    'no content': { write: answer => answer.writeHead(204).end() },
    'not modified': { write: answer => answer.writeHead(304, { ETag: 'x' }).end() },
    'a length of nothing': { write: answer => answer.writeHead(200, { 'Content-Length': 0 }).end() },
    'HEAD with a length': { method: 'HEAD', write: answer => answer.writeHead(200, { 'Content-Length': 7 }).end() },
    'HEAD in chunks': { method: 'HEAD', write: answer => answer.writeHead(200).end() },
    chunks: {
      write: answer => {
        answer.write('one');
        answer.write(`two\r\n0\r\n\r\n${long}`);
        answer.end('three');
      },
    },
    trailers: {
      write: answer => {
        answer.writeHead(200, { Trailer: 'X-Sum' }).write('part');
        answer.addTrailers({ 'X-Sum': '1' });
        answer.end();
      },
    },
    'until the end of the connection': {
      write: answer => {
        answer.removeHeader('Transfer-Encoding');
        answer.useChunkedEncodingByDefault = false;
        answer.writeHead(200, { Connection: 'close' });
        answer.end(long);
      },
    },
    'interim answers': {
      write: answer => {
        answer.writeContinue();
        answer.writeProcessing();
        answer.writeEarlyHints({ link: '</style.css>; rel=preload' });
        answer.writeHead(201, { 'X-Two': ['a', 'b'] }).end('made');
      },
    },
    'a refusal without a reason, and letters beyond ASCII': {
      write: answer => answer.writeHead(599, '', { 'X-Name': 'caf\u00e9' }).end('no'),
    },
  };

  test.for(Object.entries(answers))('%s', async ([, { method = 'GET', write }]) => {
    const server = http.createServer((_, answer) => write(answer.setHeader('Date', 'today') as http.ServerResponse));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const [answer] = (await once(
      http.request({ port, host: '127.0.0.1', method, agent: false }).end(),
      'response',
    )) as [http.IncomingMessage];
    const body = Buffer.concat(await answer.toArray()).toString('latin1');
    const socket = connect(port, '127.0.0.1');
    socket.write(`${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const bytes = Buffer.concat(await socket.toArray());
    server.close();

    const expected = { status: answer.statusCode, headers: { ...answer.headers }, body, rest: 0, isPersistent: false };
    expect(parse(bytes, { method })).toEqual(expected);
    expect(parse(bytes, { method, cuts: [1] })).toEqual(expected);
    const random = randomNumbers(1);
    for (let round = 0; round < 50; round++) {
      const cuts = Array.from({ length: 20 }, () => 1 + random(round < 25 ? 10 : 2000));
      expect(parse(bytes, { method, cuts })).toEqual(expected);
    }
  });
});

describe('RFC 9112', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';
  const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

  test.for<[what: string, answer: string, expected: Partial<Parsed>]>([
    ['an answer without a reason', 'HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na', { status: 200, body: 'a', rest: 0 }],
    [
      'white space around a value',
      `${ok}A: \t b c \t\r\nContent-Length:0\r\n\r\n`,
      { headers: { a: 'b c', 'content-length': '0' } },
    ],
    [
      'a repeated name',
      `${ok}A: 1\r\na: 2\r\nContent-Length: 0\r\n\r\n`,
      { headers: { a: '1, 2', 'content-length': '0' } },
    ],
    ['an empty value', `${ok}A:\r\nContent-Length: 0\r\n\r\n`, { headers: { a: '', 'content-length': '0' } }],
    [
      'what follows an answer is not taken',
      `${ok}Content-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\n`,
      { body: 'ab', rest: 17 },
    ],
    ['a connection that stays', `${ok}Content-Length: 0\r\n\r\n`, { isPersistent: true }],
    [
      'a connection that does not stay',
      `${ok}Connection: foo , CLOSE\r\nContent-Length: 0\r\n\r\n`,
      { isPersistent: false },
    ],
    ['HTTP/1.0 does not stay', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na', { body: 'a', isPersistent: false }],
    ['until the end', `${ok}\r\nall of it`, { body: 'all of it', rest: 0, isPersistent: false }],
    ['nothing until the end', `${ok}\r\n`, { body: '', rest: 0, isPersistent: false }],
    ['204 has no body, whatever it says', 'HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello', { body: '', rest: 5 }],
    [
      '304 has no body, whatever it says',
      'HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n',
      { body: '', rest: 0 },
    ],
    [
      'capitals in a chunk’s size, and zeros before it',
      `${chunked}00A\r\n0123456789\r\n0\r\n\r\n`,
      { body: '0123456789', rest: 0 },
    ],
    ['extensions of chunks', `${chunked}1;a=b;c="d"\r\nx\r\n0 ; e\r\n\r\n`, { body: 'x', rest: 0, isPersistent: true }],
    [
      'trailers are read and left',
      `${chunked}1\r\nx\r\n0\r\nStatus: 500\r\n\r\n`,
      { body: 'x', rest: 0, headers: { 'transfer-encoding': 'chunked' } },
    ],
    ['the coding in capitals', `${ok}Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n`, { body: '', rest: 0 }],
    ['a length that is cut', `${ok}Content-Length: 3\r\n\r\nab`, { body: 'ab', rest: 'unfinished' }],
    ['a chunk that is cut', `${chunked}3\r\nab`, { body: 'ab', rest: 'unfinished' }],
    ['chunks without their end', `${chunked}2\r\nab\r\n`, { body: 'ab', rest: 'unfinished' }],
    ['trailers without their end', `${chunked}2\r\nab\r\n0\r\n`, { body: 'ab', rest: 'unfinished' }],
    ['a head that is cut', `${ok}Content-Length: 0\r\n`, { status: 0, rest: 'unfinished' }],
    ['an interim answer alone', 'HTTP/1.1 100 Continue\r\n\r\n', { status: 0, rest: 'unfinished' }],
  ])('%s', ([, answer, expected]) => {
    expect(parse(text(answer))).toMatchObject(expected);
    expect(parse(text(answer), { cuts: [1] })).toMatchObject(expected);
  });

  test('a connection that is still open ends nothing', () => {
    expect(parse(text(`${ok}\r\nso far`), { isClosed: false })).toMatchObject({ body: 'so far', rest: 'unfinished' });
  });

  test.for<[what: string, answer: string]>([
    ['it does not begin with HTTP/1.', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['it does not begin with HTTP/1.', '\x15\x03\x01'],
    ['it does not begin with HTTP/1.', '\r\nHTTP/1.1 200 OK\r\n'],
    ['it does not begin with HTTP/1.', 'HTTP/2 200\r\n'],
    ['its first line is no status line', 'HTTP/1.2 200 OK\r\n'],
    ['its first line is no status line', 'HTTP/1.1  200 OK\r\n'],
    ['its first line is no status line', 'HTTP/1.1 20 OK\r\n'],
    ['its first line is no status line', 'HTTP/1.1 2000 OK\r\n'],
    ['its first line is no status line', 'HTTP/1.1 099 OK\r\n'],
    ['its first line is no status line', 'HTTP/1.1 200 a\rb\r\n'],
    ['it changes the protocol', 'HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n'],
    ['a line does not end with CR LF', 'HTTP/1.1 200 OK\n'],
    ['a line does not end with CR LF', `${ok}A: b\n`],
    ['a header line is not a name and a value', `${ok}: b\r\n`],
    ['a header line is not a name and a value', `${ok}no colon\r\n`],
    ['a header line is not a name and a value', `${ok}Content-Length : 5\r\n`],
    ['a header line is not a name and a value', `${ok}A: b\r\n folded\r\n`],
    ['a header line is not a name and a value', `${ok}A: b\rContent-Length: 5\r\n`],
    ['a header line is not a name and a value', `${ok}A: b\0\r\n`],
    ['its status lines are too long', `HTTP/1.1 200 ${'x'.repeat(65_536)}`],
    ['its header lines are too long', `${ok}A: ${'x'.repeat(65_536)}`],
    ['its header lines are too long', ok + 'A: b\r\n'.repeat(11_000)],
    ['its header lines are too long', `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(2_600)}${ok}A: ${'x'.repeat(800)}`],
    [
      'it has both Transfer-Encoding and Content-Length',
      `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    ['its Transfer-Encoding is not known here', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    [
      'its Transfer-Encoding is not known here',
      `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    ['its Transfer-Encoding is not known here', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['its Content-Length is no number', `${ok}Content-Length: 5, 5\r\n\r\n`],
    ['its Content-Length is no number', `${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`],
    ['its Content-Length is no number', `${ok}Content-Length: -1\r\n\r\n`],
    ['its Content-Length is no number', `${ok}Content-Length: 0x5\r\n\r\n`],
    ['its Content-Length is no number', `${ok}Content-Length: 1e3\r\n\r\n`],
    ['its Content-Length is no number', `${ok}Content-Length:\r\n\r\n`],
    ['its Content-Length is no number', `${ok}Content-Length: 9999999999999999\r\n\r\n`],
    ['the size of a chunk is no number', `${chunked}\r\n`],
    ['the size of a chunk is no number', `${chunked}g\r\n`],
    ['the size of a chunk is no number', `${chunked}-1\r\n`],
    ['the size of a chunk is no number', `${chunked}0x1\r\n`],
    ['the size of a chunk is no number', `${chunked} 1\r\n`],
    ['the size of a chunk is no number', `${chunked}11111111111111\r\n`],
    ['its chunk-size lines are too long', `${chunked}1;${'x'.repeat(1024)}`],
    ['a line does not end with CR LF', `${chunked}1\nx`],
    ['a chunk is longer than it says', `${chunked}1\r\nxy\r\n`],
    ['a trailer line is not a name and a value', `${chunked}0\r\nno colon\r\n`],
    ['its trailer lines are too long', `${chunked}0\r\n${'A: b\r\n'.repeat(11_000)}`],
  ])('%s (%#)', ([what, answer]) => {
    expect(() => parse(text(answer))).toThrow(refusal + what);
    expect(() => parse(text(answer), { cuts: [1] })).toThrow(refusal + what);
  });
});

test('noise is read or refused, never more of it than there is', () => {
  const random = randomNumbers(2);
  const seeds = [
    'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nA: b\r\n\r\nhello, world',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n3\r\n, w\r\n0\r\nT: 1\r\n\r\n',
    'HTTP/1.0 404 Not Found\r\nConnection: close\r\n\r\n{"message":"no"}',
  ];
  const pieces = [
    '\r\n',
    '\n',
    '\r',
    ':',
    ' ',
    '0',
    'f',
    'ffffffffffff',
    ';',
    ',',
    '\0',
    'HTTP/1.1 200 OK\r\n',
    'Content-Length: 3\r\n',
  ];
  const rounds = full ? 40_000 : 4_000;
  const ends = { read: 0, refused: 0 };
  for (let round = 0; round < rounds; round++) {
    let noise = seeds[random(seeds.length)] ?? '';
    for (let change = random(4); change >= 0; change--) {
      const at = random(noise.length + 1);
      const piece = random(3) === 0 ? String.fromCharCode(random(256)) : pieces[random(pieces.length)];
      noise = noise.slice(0, at) + piece + noise.slice(at + random(3));
    }
    const bytes = text(noise);
    try {
      const whole = parse(bytes);
      // However it is cut, it means the same.
      expect(parse(bytes, { cuts: [1 + random(5), 1 + random(20)] })).toEqual(whole);
      expect(whole.body.length).toBeLessThanOrEqual(bytes.length);
      ends.read += 1;
    } catch (error) {
      expect((error as Error).message).toContain(refusal);
      expect(() => parse(bytes, { cuts: [1 + random(5), 1 + random(20)] })).toThrow(refusal);
      ends.refused += 1;
    }
  }
  expect(Math.min(ends.read, ends.refused)).toBeGreaterThan(rounds / 10);
});
