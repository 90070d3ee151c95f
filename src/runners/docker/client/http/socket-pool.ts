/** Connections that requests use one after the other. */
import type { Dial } from './dial.ts';
import { HttpSocket } from './http-socket.ts';

export class SocketPool {
  readonly #dial: Dial;
  readonly #resting: HttpSocket[] = [];

  constructor(dial: Dial) {
    this.#dial = dial;
  }

  /** The one that came back last, which the peer is least likely to have closed; a new one where none is left. */
  take(): HttpSocket {
    for (let held = this.#resting.pop(); held; held = this.#resting.pop()) {
      if (held.socket.destroyed) continue;
      held.socket.ref();
      return held;
    }
    return this.open();
  }

  open(): HttpSocket {
    return new HttpSocket(this.#dial(), held => this.#keep(held));
  }

  /** At rest it does not keep the process alive. */
  #keep(held: HttpSocket): void {
    held.socket.unref();
    this.#resting.push(held);
  }
}
