/** The names that a template itself defines: by `set`, `for` and in macros. What is outside are the context's variables. */
import type { Value } from '../model/value.ts';

export class Scope {
  readonly parent: Scope | undefined;
  /** A macro's: nothing outside is seen. */
  readonly isolated: boolean;
  readonly #values = new Map<string, Value>();

  constructor(parent: Scope | undefined, isolated = false) {
    this.parent = parent;
    this.isolated = isolated;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string): Value | undefined {
    return this.#values.get(name);
  }

  put(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  names(): Iterable<string> {
    return this.#values.keys();
  }

  /** Changes the name where it is defined, else defines it here. */
  assign(name: string, value: Value): void {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      if (scope.has(name) || scope.isolated) {
        scope.put(name, value);
        return;
      }
    }
    this.put(name, value);
  }
}
