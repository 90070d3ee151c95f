/** An answer whose body is read as it comes. */
import { Readable } from 'node:stream';
import type { Exchange, HttpSocket } from './http-socket.ts';
import type { ResponseHead } from './response-parser.ts';

/** The body: who reads it slowly holds the peer back, and destroying it closes the connection. */
export class StreamedAnswer extends Readable implements Exchange {
  /** Until the answer has ended: then it belongs to others. */
  #held: HttpSocket | undefined;
  readonly #head = Promise.withResolvers<ResponseHead>();

  constructor(held: HttpSocket) {
    super();
    this.#held = held;
    // What breaks it is told to whoever reads it. Nobody may: then it is nobody's fault.
    this.on('error', () => {});
  }

  /** @throws what the connection failed by */
  get head(): Promise<ResponseHead> {
    return this.#head.promise;
  }

  onHead(head: ResponseHead): void {
    this.#head.resolve(head);
  }

  onBody(bytes: Buffer): void {
    if (!this.push(bytes)) this.#held?.socket.pause();
  }

  onEnd(): void {
    this.#held = undefined;
    this.push(null);
  }

  onFailure(error: Error): void {
    this.#head.reject(error);
    this.destroy(error);
  }

  override _read(): void {
    this.#held?.socket.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#held?.socket.destroy();
    done(error);
  }
}
