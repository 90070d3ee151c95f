/** The secrets that an execution has read, and the texts made from them: masked wherever anything is shown or stored as text. */
import type { Taint } from '../expression/render-context.ts';
import { Masker } from '../logs/masker.ts';

export class SecretRegistry implements Taint {
  readonly #texts = new Set<string>();
  readonly #masker = new Masker();

  add(text: string): void {
    if (this.#texts.has(text)) return;
    this.#texts.add(text);
    this.#masker.add(text);
  }

  has(text: string): boolean {
    return this.#texts.has(text);
  }

  get size(): number {
    return this.#texts.size;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#texts.values();
  }

  mask(text: string): string {
    return this.#masker.active ? this.#masker.mask(text) : text;
  }
}
