/**
 * Encryption of SECRET inputs and of the `encrypt` and `decrypt` functions, in the form Kestra writes: standard base64
 * of a 12-byte IV, the AES-GCM cipher text and the 128-bit tag. Either program reads what the other has written.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { isMap, type Value, type ValueMap } from './value.ts';

/** The key or the cipher text cannot be used. The message says why and never holds either of them. */
export class EncryptionError extends Error {
  override readonly name = 'EncryptionError';
}

const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts a text (as UTF-8) with a key of 16, 24 or 32 bytes given in base64. Two calls never give the same text.
 * @throws EncryptionError when the key has another length or is no base64.
 */
export function encryptText(base64Key: string, plain: string): string {
  const key = keyOf(base64Key);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithmOf(key), key, iv);
  return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/**
 * Decrypts what `encryptText` or Kestra has written.
 * @throws EncryptionError for a bad key, a text that is damaged, or one written with another key.
 */
export function decryptText(base64Key: string, cipherText: string): string {
  const key = keyOf(base64Key);
  const bytes = Buffer.from(cipherText, 'base64');
  if (bytes.length < ivBytes + tagBytes) throw new EncryptionError('the text to decrypt is too short to be encrypted');
  const decipher = createDecipheriv(algorithmOf(key), key, bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    const body = bytes.subarray(ivBytes, bytes.length - tagBytes);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new EncryptionError('the text was encrypted with another key, or is damaged', { cause: error });
  }
}

const encryptedType = 'io.kestra.datatype:aes_encrypted';

/** How an encrypted value is stored among inputs and outputs, as in Kestra: `{type, value}`. */
export function encryptedValue(cipherText: string): ValueMap {
  return { type: encryptedType, value: cipherText };
}

/** The cipher text of a stored encrypted value; undefined for every other value. */
export function cipherTextOf(value: Value | undefined): string | undefined {
  if (!isMap(value) || !Object.hasOwn(value, 'type') || value.type !== encryptedType) return undefined;
  return typeof value.value === 'string' ? value.value : undefined;
}

function algorithmOf(key: Buffer): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  return key.length === 16 ? 'aes-128-gcm' : key.length === 24 ? 'aes-192-gcm' : 'aes-256-gcm';
}

function keyOf(base64Key: string): Buffer {
  const trimmed = base64Key.trim();
  const key = Buffer.from(trimmed, 'base64');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(trimmed) || ![16, 24, 32].includes(key.length)) {
    throw new EncryptionError(
      `the encryption key must be base64 of 16, 24 or 32 bytes, but has ${key.length}; make one with: openssl rand -base64 32`,
    );
  }
  return key;
}
