/** What an expression can see and reach. Everything it cannot reach through this does not exist for it. */
import type { Value } from '../model/value.ts';

/** Top-level names, resolved when used: a context of 10,000 task runs costs nothing until `outputs` is read. */
export interface Variables {
  get(name: string): Value | undefined;
  names(): Iterable<string>;
}

type Answer<T> = T | Promise<T>;

/**
 * The world behind functions. What is absent makes its functions fail with "not available here".
 * Answers may be promises: the evaluator is synchronous, and renders again when they are there.
 */
export interface Services {
  /** The secret's text, undefined when there is none. `name` is as written. */
  secret?(name: string, namespace?: string): Answer<string | undefined>;
  /** undefined when there is none. */
  kv?(key: string, namespace?: string): Answer<Value | undefined>;
  /** Text of a storage URI or namespace file. Throws with a message for the user. */
  read?(path: string, namespace?: string): Answer<string>;
  fileSize?(path: string, namespace?: string): Answer<number>;
  fileExists?(path: string, namespace?: string): Answer<boolean>;
  errorLogs?(): Answer<Value>;
  http?(request: {
    readonly uri: string;
    readonly method: string;
    readonly options: Readonly<Record<string, Value>>;
  }): Answer<Value>;
  /** Milliseconds since the epoch. */
  now?(): number;
}

export interface RenderContext {
  readonly variables: Variables;
  readonly services: Services;
  /** Collects the secrets that were read, and all text derived from them, for masking. */
  readonly taint: Taint;
  /** `kestra.variables.recursive-rendering`. */
  readonly recursive?: boolean;
}

/** Text that must not be shown. Tainting is by value: a derived text is added when it is made. Iterates over its texts. */
export interface Taint extends Iterable<string> {
  add(text: string): void;
  has(text: string): boolean;
  readonly size: number;
}

/** Variables from a plain record, with lazy ones given as functions. */
export function variablesOf(
  record: Readonly<Record<string, Value | (() => Value | undefined)>>,
  base?: Variables,
): Variables {
  const known = new Map(Object.entries(record));
  return {
    get(name) {
      if (!known.has(name)) return base?.get(name);
      const value = known.get(name);
      return typeof value === 'function' ? value() : value;
    },
    names: () => (base ? new Set([...base.names(), ...known.keys()]) : known.keys()),
  };
}
