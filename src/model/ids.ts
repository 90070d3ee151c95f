/** Ids of executions, task runs, stores and files. */
import { randomBytes } from 'node:crypto';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const length = 22;

/**
 * A new id: a random number of 128 bits in 22 base62 characters, the form of Kestra's own ids.
 * Letters and digits only, so it can stand in container names, file names and URIs; its case counts.
 */
export function newId(): string {
  let rest = randomBytes(16).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  let id = '';
  for (let place = 0; place < length; place++) {
    id = digits.charAt(Number(rest % 62n)) + id;
    rest /= 62n;
  }
  return id;
}
