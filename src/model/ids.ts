/** Ids of executions, task runs, stores and files. */
import { createHash, randomBytes } from 'node:crypto';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const length = 22;

/**
 * A new id: a random number of 128 bits in 22 base62 characters, the form of Kestra's own ids.
 * Letters and digits only, so it can stand in container names, file names and URIs; its case counts.
 */
export function newId(): string {
  return encode(randomBytes(16));
}

function encode(bytes: Uint8Array): string {
  let rest = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  let id = '';
  for (let place = 0; place < length; place++) {
    id = digits.charAt(Number(rest % 62n)) + id;
    rest /= 62n;
  }
  return id;
}

/** The id that belongs to a name: always the same, so that what was made for it before a crash is found again. */
export function derivedId(name: string): string {
  return encode(createHash('sha256').update(name).digest().subarray(0, 16));
}
