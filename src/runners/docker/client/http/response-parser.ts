/** Reads one answer of HTTP/1.1 from bytes, however they are cut (https://www.rfc-editor.org/rfc/rfc9112). */

export interface ResponseHead {
  readonly status: number;
  /** By names in lower case; of a repeated one all values, with commas between. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What is told of an answer, in this order. */
export interface ResponseReader {
  onHead(head: ResponseHead): void;
  /** A piece of the body, without its framing; part of the bytes that were pushed. */
  onBody(bytes: Buffer): void;
  onEnd(): void;
}

/** Bytes of a status line with its headers, interim answers before it included; also those of the trailers. */
const sectionLimit = 64 * 1024;
/** Bytes of the line before a chunk, with its extensions. */
const chunkLineLimit = 1024;

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/;
const headerLine = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/;
const chunkLine = /^([\da-f]{1,13})[ \t]*(?:;.*)?$/i;

type State = 'status' | 'header' | 'sized' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'until-close' | 'done';

export class ResponseParser {
  readonly #reader: ResponseReader;
  readonly #hasBody: boolean;
  #state: State = 'status';
  /** The line that is not at its end yet. */
  #line = '';
  /** How many bytes more the lines of this section may take. */
  #allowance = sectionLimit;
  #status = 0;
  #headers = new Map<string, string>();
  #isHttp11 = true;
  #isPersistent = false;
  /** Bytes of the body, or of its chunk, that may still come. */
  #left = 0;

  /** @param method of the request; the answer to HEAD has no body whatever its headers say */
  constructor(method: string, reader: ResponseReader) {
    this.#hasBody = method !== 'HEAD';
    this.#reader = reader;
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** May the connection carry another request after this answer? */
  get isPersistent(): boolean {
    return this.#isPersistent;
  }

  /**
   * @returns how many of the bytes belong to the answer: fewer than were given when it ends among them
   * @throws Error when they are no HTTP/1.1 that can be understood in one way only
   */
  push(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && this.#state !== 'done') {
      const isBody = this.#state === 'sized' || this.#state === 'chunk' || this.#state === 'until-close';
      at = isBody ? this.#takeBody(bytes, at) : this.#takeLine(bytes, at);
    }
    return at;
  }

  /** Nothing more will come: the end of an answer whose length was not told. */
  end(): void {
    if (this.#state === 'until-close') this.#finish();
  }

  #takeBody(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + this.#left);
    this.#left -= to - from;
    this.#reader.onBody(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
    if (this.#left > 0) return to;
    if (this.#state === 'sized') this.#finish();
    else this.#expectLines('chunk-end', chunkLineLimit);
    return to;
  }

  #takeLine(bytes: Buffer, from: number): number {
    const lineEnd = bytes.indexOf(0x0a, from);
    const to = lineEnd < 0 ? bytes.length : lineEnd + 1;
    this.#allowance -= to - from;
    this.#line += bytes.toString('latin1', from, to);
    if (this.#allowance < 0) throw malformed(`its ${this.#state} lines are too long`, this.#line);
    if (this.#state === 'status' && !'HTTP/1.'.startsWith(this.#line.slice(0, 7))) {
      throw malformed('it does not begin with HTTP/1.', this.#line);
    }
    if (lineEnd < 0) return to;
    const line = this.#line;
    this.#line = '';
    if (!line.endsWith('\r\n')) throw malformed('a line does not end with CR LF', line);
    this.#readLine(line.slice(0, -2));
    return to;
  }

  #readLine(line: string): void {
    if (this.#state === 'status') this.#readStatus(line);
    else if (this.#state === 'chunk-size') this.#readChunkSize(line);
    else if (this.#state === 'chunk-end') this.#endChunk(line);
    else if (line !== '') this.#readHeader(line);
    else if (this.#state === 'header') this.#endHead();
    else this.#finish();
  }

  #readStatus(line: string): void {
    const [, minor, status] = statusLine.exec(line) ?? [];
    if (status === undefined) throw malformed('its first line is no status line', line);
    this.#status = Number(status);
    this.#isHttp11 = minor === '1';
    this.#state = 'header';
  }

  #readHeader(line: string): void {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name === undefined || value === undefined || value.includes('\0')) {
      throw malformed(`a ${this.#state} line is not a name and a value`, line);
    }
    // What follows a body is not read as if it had stood before it.
    if (this.#state === 'trailer') return;
    const key = name.toLowerCase();
    const before = this.#headers.get(key);
    this.#headers.set(key, before === undefined ? value.trimEnd() : `${before}, ${value.trimEnd()}`);
  }

  #endHead(): void {
    const [status, headers] = [this.#status, this.#headers];
    if (status === 101) throw malformed('it changes the protocol', String(headers.get('upgrade')));
    if (status < 200) {
      this.#headers = new Map();
      this.#state = 'status';
      return;
    }
    const frame = this.#hasBody && status !== 204 && status !== 304 ? this.#bodyFrame() : 'none';
    const closes = /(^|[\t ,])close($|[\t ,])/i.test(headers.get('connection') ?? '');
    this.#isPersistent = this.#isHttp11 && !closes && frame !== 'until-close';
    this.#reader.onHead({ status, headers });
    if (frame === 'none') this.#finish();
    else if (frame === 'chunk-size') this.#expectLines(frame, chunkLineLimit);
    else this.#state = frame;
  }

  /** How the end of the body is known (RFC 9112, section 6.3). What is said in two ways is refused. */
  #bodyFrame(): 'none' | 'sized' | 'chunk-size' | 'until-close' {
    const coding = this.#headers.get('transfer-encoding');
    const length = this.#headers.get('content-length');
    if (coding !== undefined) {
      if (length !== undefined) throw malformed('it has both Transfer-Encoding and Content-Length', length);
      if (coding.toLowerCase() !== 'chunked' || !this.#isHttp11)
        throw malformed('its Transfer-Encoding is not known here', coding);
      return 'chunk-size';
    }
    if (length === undefined) {
      this.#left = Number.POSITIVE_INFINITY;
      return 'until-close';
    }
    if (!/^\d{1,15}$/.test(length)) throw malformed('its Content-Length is no number', length);
    this.#left = Number(length);
    return this.#left === 0 ? 'none' : 'sized';
  }

  #readChunkSize(line: string): void {
    const size = chunkLine.exec(line)?.[1];
    if (size === undefined) throw malformed('the size of a chunk is no number', line);
    this.#left = Number.parseInt(size, 16);
    if (this.#left > 0) this.#state = 'chunk';
    else this.#expectLines('trailer', sectionLimit);
  }

  #endChunk(line: string): void {
    if (line !== '') throw malformed('a chunk is longer than it says', line);
    this.#expectLines('chunk-size', chunkLineLimit);
  }

  #expectLines(state: State, allowance: number): void {
    this.#state = state;
    this.#allowance = allowance;
  }

  #finish(): void {
    this.#state = 'done';
    this.#reader.onEnd();
  }
}

function malformed(what: string, text: string): Error {
  return new Error(`the answer cannot be understood: ${what}: ${JSON.stringify(text.slice(0, 80))}`);
}
