/** Reads a stream in whatever has come, with a limit to waiting. */
import type { Readable } from 'node:stream';

/** What holds the stream back: two of Node's socket buffers. */
const highWater = 128 * 1024;

/**
 * Chunks of a stream as they come. A stream that breaks ends like one that is complete: who reads it knows the end
 * from elsewhere, and asks again from where it stands.
 */
export class ChunkQueue {
  readonly #stream: Readable;
  #chunks: Buffer[] = [];
  #size = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      if (this.#size >= highWater) stream.pause();
      this.#wake?.();
    });
    for (const event of ['end', 'error', 'close']) {
      stream.on(event, () => {
        this.#ended = true;
        this.#wake?.();
      });
    }
  }

  /** All that has come; waits for something at most `limitMs`. `end` once nothing more can come. */
  async take(limitMs: number): Promise<readonly Buffer[] | 'end' | 'silent'> {
    if (this.#size === 0 && !this.#ended) await this.#wait(limitMs);
    if (this.#size > 0) {
      const chunks = this.#chunks;
      this.#chunks = [];
      this.#size = 0;
      this.#stream.resume();
      return chunks;
    }
    return this.#ended ? 'end' : 'silent';
  }

  /** Ends a wait before its time. */
  wake(): void {
    this.#wake?.();
  }

  close(): void {
    this.#stream.destroy();
  }

  #wait(limitMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
