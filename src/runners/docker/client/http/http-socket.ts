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
  #parser: ResponseParser | undefined;
  #exchange: Exchange | undefined;
  #requests = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', bytes => this.#read(bytes));
    socket.on('end', () => this.#end());
    socket.on('error', error => this.#fail(error));
    socket.on('close', () => this.#fail(closedEarly()));
  }

  /** Did it carry a request before the latest one? */
  get isReused(): boolean {
    return this.#requests > 1;
  }

  /** Could it carry a request now, as far as is known here? */
  get isFree(): boolean {
    return this.#exchange === undefined && !this.socket.destroyed;
  }

  /** @param request the head, with all of the body or with none of it yet */
  send(method: string, request: Buffer, exchange: Exchange): void {
    this.#requests += 1;
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
    if (!isReusable) this.socket.destroy();
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
