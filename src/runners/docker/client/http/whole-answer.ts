/** A short answer, taken as a whole. */
import type { Exchange } from './http-socket.ts';
import type { ResponseHead } from './response-parser.ts';

export interface Answer extends ResponseHead {
  readonly text: string;
}

export class WholeAnswer implements Exchange {
  readonly #answer = Promise.withResolvers<Answer>();
  readonly #pieces: Buffer[] = [];
  #head: ResponseHead | undefined;

  get hasBegun(): boolean {
    return this.#head !== undefined;
  }

  /** @throws what the connection failed by */
  get answer(): Promise<Answer> {
    return this.#answer.promise;
  }

  onHead(head: ResponseHead): void {
    this.#head = head;
  }

  onBody(bytes: Buffer): void {
    this.#pieces.push(bytes);
  }

  onEnd(): void {
    if (this.#head) this.#answer.resolve({ ...this.#head, text: Buffer.concat(this.#pieces).toString() });
  }

  onFailure(error: Error): void {
    this.#answer.reject(error);
  }
}
