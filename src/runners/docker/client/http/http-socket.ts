/** One connection, which carries one request after the other. */
import type { Socket } from 'node:net';
import { ResponseParser, type ResponseReader } from './response-parser.ts';

/** What is told of the answer to a request; its end or a failure comes last, and comes once. */
export interface Exchange extends ResponseReader {
  onFailure(error: Error): void;
}

/** Listens once for as long as the connection lives; what comes belongs to the exchange that is under way. */
export class HttpSocket {
  readonly socket: Socket;
  readonly #onFree: (held: HttpSocket) => void;
  #parser: ResponseParser | undefined;
  #exchange: Exchange | undefined;
  #requests = 0;
  #isLast = false;

  /** @param onFree called after each answer that leaves the connection fit for another request */
  constructor(socket: Socket, onFree: (held: HttpSocket) => void) {
    this.socket = socket;
    this.#onFree = onFree;
    socket.on('data', bytes => this.#read(bytes));
    socket.on('end', () => this.#end());
    socket.on('error', error => this.#fail(error));
    socket.on('close', () => this.#fail(closedEarly()));
  }

  /** Did it carry a request before the latest one? */
  get isReused(): boolean {
    return this.#requests > 1;
  }

  /**
   * @param request the head, with all of the body or with none of it yet
   * @param isLast nothing is sent after it: what is still being sent when the answer comes would be taken for a request
   */
  send(method: string, request: Buffer, exchange: Exchange, isLast = false): void {
    this.#requests += 1;
    this.#isLast = isLast;
    this.#exchange = exchange;
    this.#parser = new ResponseParser(method, exchange);
    this.socket.write(request);
  }

  #read(bytes: Buffer): void {
    try {
      const taken = this.#parser?.push(bytes);
      if (this.#parser?.isDone) this.#release(this.#parser.isPersistent && taken === bytes.length);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #end(): void {
    this.#parser?.end();
    if (this.#parser?.isDone) this.#release(false);
    else this.#fail(closedEarly());
  }

  #release(isReusable: boolean): void {
    this.#exchange = undefined;
    if (!isReusable || this.#isLast || this.socket.destroyed) {
      this.socket.destroy();
      return;
    }
    // Who read the answer slowly may have held it back.
    this.socket.resume();
    this.#onFree(this);
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#release(false);
    exchange?.onFailure(error);
  }
}

function closedEarly(): Error {
  return Object.assign(new Error('the connection was closed before the end of the answer'), { code: 'ECONNRESET' });
}
