/** `encrypt(key, plaintext)` and `decrypt(key, encrypted)`: AES-GCM, key and text in base64, nonce before the text. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { base64Decode } from '../filters/encoding.ts';
import type { Frame } from '../frame.ts';
import type { Args, ExpressionFunction } from '../invocable.ts';
import { optionalText } from '../typed-arguments.ts';

const nonceLength = 12;
const tagLength = 16;

export const encryptionFunctions = {
  encrypt: { parameters: ['key', 'plaintext'], call: encrypt },
  decrypt: { parameters: ['key', 'encrypted'], call: decrypt },
} satisfies Record<string, ExpressionFunction>;

function encrypt([key, plaintext]: Args): Value {
  const [secret, text] = required(key, plaintext, 'encrypt', 'plaintext');
  if (text === '') return text;
  const { cipher, bytes } = keyOf(secret);
  const nonce = randomBytes(nonceLength);
  const encryption = createCipheriv(cipher, bytes, nonce);
  const body = Buffer.concat([encryption.update(text, 'utf8'), encryption.final()]);
  return Buffer.concat([nonce, body, encryption.getAuthTag()]).toString('base64');
}

function decrypt([key, encrypted]: Args, frame: Frame): Value {
  const [secret, text] = required(key, encrypted, 'decrypt', 'encrypted');
  if (text === '') return text;
  const { cipher, bytes } = keyOf(secret);
  const input = base64Decode(text, "The text given to 'decrypt' is not base64.");
  if (input.length < nonceLength + tagLength) throw new Fault("The text given to 'decrypt' is too short.");
  const decryption = createDecipheriv(cipher, bytes, input.subarray(0, nonceLength));
  decryption.setAuthTag(input.subarray(-tagLength));
  try {
    const start = decryption.update(input.subarray(nonceLength, -tagLength));
    const plain = Buffer.concat([start, decryption.final()]).toString('utf8');
    frame.context.taint.add(plain);
    return plain;
  } catch (error) {
    throw new Fault("The text cannot be decrypted with this key ('Tag mismatch').", { cause: error });
  }
}

function keyOf(text: string): { cipher: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'; bytes: Buffer } {
  const bytes = base64Decode(text, 'The encryption key is not base64.');
  const cipher = ({ 16: 'aes-128-gcm', 24: 'aes-192-gcm', 32: 'aes-256-gcm' } as const)[bytes.length];
  if (!cipher) throw new Fault(`Invalid AES key length: ${bytes.length} bytes; 16, 24 or 32 are needed.`);
  return { cipher, bytes };
}

function required(key: Value | undefined, text: Value | undefined, name: string, second: string): [string, string] {
  const secret = optionalText(key, 'key');
  if (key === undefined || text === undefined || secret === undefined) {
    throw new Fault(`The '${name}' function expects two arguments 'key' and '${second}'.`);
  }
  return [secret, optionalText(text, second) ?? ''];
}
