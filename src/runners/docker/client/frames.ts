/**
 * Docker's multiplexed streams: frames of an 8-byte header (stream, three zeros, length as 32 bits, big endian) and
 * content (https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerAttach).
 * In a log one frame is one record.
 */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  /** Valid until the next chunk is pushed. */
  readonly content: Buffer;
}

const headerSize = 8;

/** Cuts chunks into frames, in linear time however they come. */
export class FrameParser {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that must be there before the next look. */
  #needed = headerSize;

  /** @throws Error when the bytes are no frames. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#size);
    const frames: Frame[] = [];
    let offset = 0;
    this.#needed = headerSize;
    while (bytes.length - offset >= headerSize) {
      const stream = streamOf(bytes, offset);
      const end = offset + headerSize + bytes.readUInt32BE(offset + 4);
      if (bytes.length < end) {
        this.#needed = end - offset;
        break;
      }
      frames.push({ stream, content: bytes.subarray(offset + headerSize, end) });
      offset = end;
    }
    this.#chunks = offset === bytes.length ? [] : [bytes.subarray(offset)];
    this.#size = bytes.length - offset;
    return frames;
  }
}

function streamOf(bytes: Buffer, offset: number): Frame['stream'] {
  const kind = bytes[offset];
  if (bytes.readUInt32BE(offset) & 0xffffff || (kind !== 0 && kind !== 1 && kind !== 2)) {
    throw new Error('the engine sent a log that is not in frames; was the container made with a terminal?');
  }
  return kind === 2 ? 'stderr' : 'stdout';
}
