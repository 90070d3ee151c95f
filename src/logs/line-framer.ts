/** Turns the bytes of one stream of a program into lines. */

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A line that reports outputs is needed whole: half of its JSON is worth nothing. It may be this many times longer. */
const protocolFactor = 16;
const protocolStart = Buffer.from('::{');

/**
 * Frames lines on bytes and decodes UTF-8 afterwards, so that a character that is split between two chunks survives
 * (kestra-io/plugin-scripts#52, moby/moby#32923). `\n`, `\r\n` and `\r` end a line, as Kestra reads them: a progress
 * bar gives a line for each of its states. Blank lines are lines.
 *
 * One framer for each stream. The work is linear in the number of bytes, however they are cut into chunks.
 */
export class LineFramer {
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  /** Bytes in `#pieces`. */
  #kept = 0;
  /** Bytes of the current line that were dropped because it is too long. */
  #dropped = 0;
  /** The last chunk ended with `\r`: a `\n` that follows belongs to the same line end. */
  #afterReturn = false;

  /**
   * @param limitBytes a longer line is cut there, at a character's border, and a mark with the number of bytes left
   * out is put behind it. A line that begins with `::{` may be 16 times as long.
   */
  constructor(limitBytes = 1024 * 1024) {
    this.#limit = limitBytes;
  }

  /** What comes next stands behind a `\r` that somebody else has read: a `\n` that follows belongs to it. */
  goOnAfterReturn(): void {
    this.#afterReturn = true;
  }

  /** The lines that these bytes complete, without their ends. */
  push(bytes: Uint8Array): string[] {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const lines: string[] = [];
    let start = 0;
    if (this.#afterReturn && chunk.length > 0) {
      this.#afterReturn = false;
      if (chunk[0] === lineFeed) start = 1;
    }
    let nextFeed = find(chunk, lineFeed, start);
    let nextReturn = find(chunk, carriageReturn, start);
    while (start < chunk.length) {
      const end = Math.min(nextFeed, nextReturn);
      if (end === chunk.length) {
        // Copied: the caller may read its next bytes into the same buffer.
        this.#keep(Buffer.from(chunk.subarray(start)));
        break;
      }
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
      if (end === nextReturn) {
        if (start === chunk.length) this.#afterReturn = true;
        else if (chunk[start] === lineFeed) start += 1;
        nextReturn = find(chunk, carriageReturn, start);
      }
      if (nextFeed < start) nextFeed = find(chunk, lineFeed, start);
    }
    return lines;
  }

  /** The last line, when it has no end. */
  end(): string[] {
    this.#afterReturn = false;
    return this.#kept + this.#dropped > 0 ? [this.#take()] : [];
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    const room = Math.max(0, this.#limit * protocolFactor - this.#kept);
    // Whether the line may be long is known from its first bytes, which may come one at a time.
    const allowed =
      this.#kept + piece.length <= this.#limit || this.#isProtocol(piece) ? room : this.#limit - this.#kept;
    const taken = this.#dropped > 0 ? 0 : Math.min(piece.length, Math.max(0, allowed));
    if (taken > 0) this.#pieces.push(taken === piece.length ? piece : piece.subarray(0, taken));
    this.#kept += taken;
    this.#dropped += piece.length - taken;
  }

  #isProtocol(next: Uint8Array): boolean {
    for (let index = 0, piece = 0, offset = 0; index < protocolStart.length; index++, offset++) {
      while (piece < this.#pieces.length && offset >= (this.#pieces[piece]?.length ?? 0)) {
        offset = 0;
        piece += 1;
      }
      if ((this.#pieces[piece] ?? next)[offset] !== protocolStart[index]) return false;
    }
    return true;
  }

  #take(): string {
    const bytes = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces, this.#kept);
    const dropped = this.#dropped;
    this.#pieces = [];
    this.#kept = 0;
    this.#dropped = 0;
    if (bytes === undefined) return '';
    const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (dropped === 0) return line.toString('utf8');
    const end = characterBorder(line);
    return `${line.toString('utf8', 0, end)} … [line cut: ${dropped + line.length - end} more bytes]`;
  }
}

function find(chunk: Buffer, byte: number, from: number): number {
  const index = chunk.indexOf(byte, from);
  return index < 0 ? chunk.length : index;
}

/** Where the last whole character of cut bytes ends. */
function characterBorder(line: Buffer): number {
  for (let back = 1; back <= Math.min(4, line.length); back++) {
    const byte = line[line.length - back] ?? 0;
    if (byte < 0x80) return line.length;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return size > back ? line.length - back : line.length;
  }
  return line.length;
}
