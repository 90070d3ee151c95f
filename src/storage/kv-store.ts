/** The key-value pairs of a namespace: one small file each, below `kvUri` of storage/uris.ts. */

import { parseJson, writeJson } from '../model/json.ts';
import { UserError } from '../model/user-error.ts';
import { isMap, type Value } from '../model/value.ts';
import { NotFoundError, type ReadableStorage, type Storage } from './storage.ts';
import { kvUri } from './uris.ts';

/** As Kestra names them. A DATETIME, DATE and DURATION are ISO 8601 texts. */
export const kvTypes = ['STRING', 'NUMBER', 'BOOLEAN', 'DATETIME', 'DATE', 'DURATION', 'JSON'] as const;
/** The kind of a pair’s value. */
export type KvType = (typeof kvTypes)[number];

/** A pair’s value, as it is kept. */
export interface KvEntry {
  readonly type: KvType;
  readonly value: Value;
  readonly description?: string;
  /** ISO 8601, UTC. */
  readonly updated: string;
  /** ISO 8601, UTC: from then on it counts as absent. */
  readonly expires?: string;
}

const keyPattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

/** The pairs on top of a storage, for reading. */
export class KvReader {
  readonly #storage: ReadableStorage;

  constructor(storage: ReadableStorage) {
    this.#storage = storage;
  }

  /** The pair of exactly that namespace; undefined when there is none, or it has expired. */
  async get(namespace: string, key: string): Promise<KvEntry | undefined> {
    const found = await this.read(namespace, key);
    return found && !hasExpired(found) ? found : undefined;
  }

  /** The same, where it has expired too. */
  protected async read(namespace: string, key: string): Promise<KvEntry | undefined> {
    if (!keyPattern.test(key)) return undefined;
    let text: string;
    try {
      text = await this.#storage.getText(kvUri(namespace, key));
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
    const entry = parseJson(text);
    if (!isMap(entry)) throw new Error(`The value of the key '${key}' in the namespace '${namespace}' is damaged.`);
    return entry as unknown as KvEntry;
  }

  /** The pair of a namespace or else of the nearest namespace above it that has one: `a.b.c`, `a.b`, `a`. */
  async find(namespace: string, key: string): Promise<KvEntry | undefined> {
    for (let at = namespace; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
      const entry = await this.get(at, key);
      if (entry) return entry;
    }
    return undefined;
  }
}

/** The pairs on top of a storage; the same from every process that has it. */
export class KvStore extends KvReader {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    super(storage);
    this.#storage = storage;
  }

  /** @throws UserError */
  async set(namespace: string, key: string, entry: KvEntry): Promise<void> {
    if (!keyPattern.test(key)) {
      throw new UserError(
        `The key '${key}' cannot be used: a key begins with a letter or digit, and has letters, digits, '.', '_' and '-' only.`,
      );
    }
    await this.#storage.put(kvUri(namespace, key), writeJson(entry));
  }

  /** True when there was such a pair. */
  async delete(namespace: string, key: string): Promise<boolean> {
    return keyPattern.test(key) && (await this.#storage.delete(kvUri(namespace, key)));
  }

  /** All pairs of all namespaces, those too that have expired; it walks the whole storage. */
  async *all(): AsyncGenerator<{ readonly namespace: string; readonly key: string; readonly expired: boolean }> {
    for await (const uri of this.#storage.list('kestra:///')) {
      const [, folders, name] = /^kestra:\/\/\/(.+)\/_kv\/([^/]+)\.ion$/.exec(uri) ?? [];
      if (folders === undefined || name === undefined) continue;
      const [namespace, key] = [decodeURIComponent(folders).replaceAll('/', '.'), decodeURIComponent(name)];
      const entry = await this.read(namespace, key);
      if (entry) yield { namespace, key, expired: hasExpired(entry) };
    }
  }

  /** The keys of a namespace in order, without those that have expired. */
  async keys(namespace: string, prefix = ''): Promise<readonly string[]> {
    const folder = `${kvUri(namespace)}/`;
    const keys: string[] = [];
    for await (const uri of this.#storage.list(folder)) {
      const key = decodeURIComponent(uri.slice(folder.length)).replace(/\.ion$/, '');
      if (key.startsWith(prefix) && (await this.get(namespace, key))) keys.push(key);
    }
    return keys.sort();
  }
}

function hasExpired({ expires }: KvEntry): boolean {
  return expires !== undefined && Date.parse(expires) <= Date.now();
}
