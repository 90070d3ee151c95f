/** One exchange that goes through the fault proxy, and how much of its answer still reaches the client. */

export interface PassageFault {
  /**
   * `black-hole`: the connection stays open and says nothing more, as behind a load balancer that has forgotten it.
   * `cut`: the connection is closed without its end. `no-status`: a WebSocket is closed, properly, in place of the
   * frame of channel 3 that says how an exec ended.
   */
  readonly kind: 'black-hole' | 'cut' | 'no-status';
  /** Bytes of the body (of the frames) that still pass; absent: not even the head does, though the server has acted. */
  readonly afterBytes?: number;
}

/** A close frame with code 1000. */
const closeFrame = Buffer.from([0x88, 0x02, 0x03, 0xe8]);

/** Length of the first frame in the bytes and where its payload starts; undefined while it is not all there. */
function firstFrame(bytes: Buffer): { readonly length: number; readonly payload: number } | undefined {
  if (bytes.length < 2) return undefined;
  // A server's frames are not masked, so that a length is all there is between the first byte and the payload.
  const short = bytes.readUInt8(1) & 0x7f;
  const payload = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < payload) return undefined;
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  return bytes.length < payload + size ? undefined : { length: payload + size, payload };
}

export class Passage {
  /** `GET /api/v1/…`, with its query. */
  readonly line: string;
  readonly #close: () => void;
  #kind: PassageFault['kind'] | undefined;
  #left: number;
  #headless: boolean;
  #frames = Buffer.alloc(0);
  #closed = false;

  /** @param close closes both connections at once */
  constructor(line: string, fault: PassageFault | undefined, close: () => void) {
    this.line = line;
    this.#close = close;
    this.#kind = fault?.kind;
    this.#left = fault?.afterBytes ?? 0;
    this.#headless = fault !== undefined && fault.kind !== 'no-status' && fault.afterBytes === undefined;
  }

  /** From now on nothing more comes, in either direction of time: neither data nor an end. */
  blackHole(): void {
    this.#kind = 'black-hole';
    this.#left = 0;
  }

  /** Closes the connection where it is. */
  cut(): void {
    this.#close();
  }

  /** Whether the head of the answer passes. */
  passesHead(): boolean {
    if (!this.#headless) return true;
    if (this.#kind === 'cut') this.#close();
    return false;
  }

  /** Whether the end of the answer passes. */
  passesEnd(): boolean {
    return this.#kind !== 'black-hole';
  }

  /** Whether a WebSocket was closed in the place of its status; the server would end the connection then. */
  get closed(): boolean {
    return this.#closed;
  }

  /** What of these bytes reaches the client. */
  pass(bytes: Buffer, write: (bytes: Buffer) => void): void {
    if (this.#kind === undefined) write(bytes);
    else if (this.#kind === 'no-status') this.#passFrames(bytes, write);
    else this.#passSome(this.#kind, bytes, write);
  }

  #passSome(kind: PassageFault['kind'], bytes: Buffer, write: (bytes: Buffer) => void): void {
    const passing = bytes.subarray(0, this.#left);
    this.#left -= passing.length;
    if (passing.length > 0) write(passing);
    if (kind === 'cut' && this.#left === 0) this.#close();
  }

  #passFrames(bytes: Buffer, write: (bytes: Buffer) => void): void {
    this.#frames = Buffer.concat([this.#frames, bytes]);
    for (let frame = firstFrame(this.#frames); frame !== undefined; frame = firstFrame(this.#frames)) {
      const isStatus = frame.length > frame.payload && this.#frames[frame.payload] === 3;
      write(isStatus ? closeFrame : this.#frames.subarray(0, frame.length));
      this.#frames = this.#frames.subarray(frame.length);
      if (isStatus) {
        this.#closed = true;
        this.blackHole();
        return;
      }
    }
  }
}
