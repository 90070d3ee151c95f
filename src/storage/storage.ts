/** Internal storage: files of executions, inputs, namespace files and the KV store, by `kestra:///` URI. */

import type { Readable } from 'node:stream';
import { UserError } from '../model/user-error.ts';

/** URIs are those of segments.ts; every call refuses others by an InvalidUriError. */
export interface Storage {
  /** Stores a file's content. With `move` the local file may be consumed (a rename on one disk). Overwrites. */
  putFile(uri: string, localPath: string, options?: { readonly move?: boolean }): Promise<void>;
  put(uri: string, content: string | Uint8Array | Readable): Promise<void>;
  /** @throws NotFoundError */
  get(uri: string): Promise<Readable>;
  /** @throws NotFoundError */
  getText(uri: string): Promise<string>;
  /** Writes the content to a local path, whose folder exists. @throws NotFoundError */
  getFile(uri: string, localPath: string): Promise<void>;
  /** Bytes. @throws NotFoundError */
  size(uri: string): Promise<number>;
  exists(uri: string): Promise<boolean>;
  /** False when there was none. */
  delete(uri: string): Promise<boolean>;
  deletePrefix(uri: string): Promise<void>;
  /** URIs of all files below, in no order. */
  list(uri: string): AsyncIterable<string>;
  /** Where the file is on this machine, for people; undefined for remote storage. */
  localPath(uri: string): string | undefined;
}

/** What the expressions of an execution can read. */
export type ReadableStorage = Pick<Storage, 'getText' | 'size' | 'exists'>;

/** No file has that URI. The message names it. */
export class NotFoundError extends UserError {}

/** What is no storage URI, or could lead out of the storage. The message says why. */
export class InvalidUriError extends UserError {}
