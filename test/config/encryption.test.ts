import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cipherTextOf, decryptText, EncryptionError, encryptedValue, encryptText } from '../../src/model/encryption.ts';

const keyOf = (bytes: number) => Buffer.alloc(bytes, 1).toString('base64');

test('any text comes back, with each size of key, and never looks the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(16, 24, 32), (text, size) => {
      const cipherText = encryptText(keyOf(size), text);
      expect(decryptText(keyOf(size), cipherText)).toBe(text);
      expect(encryptText(keyOf(size), text)).not.toBe(cipherText);
    }),
  );
});

test('reads the form of Kestra: a 12-byte IV, the cipher text, the tag', () => {
  const key = Buffer.alloc(32, 9);
  const iv = Buffer.alloc(12, 3);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update('täst', 'utf8'), cipher.final()]);
  const written = Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64');
  expect(decryptText(key.toString('base64'), written)).toBe('täst');
});

test('a wrong key, a damaged text and a bad key are told apart, without showing them', () => {
  const cipherText = encryptText(keyOf(32), 'x');
  expect(() => decryptText(Buffer.alloc(32, 2).toString('base64'), cipherText)).toThrow(EncryptionError);
  expect(() => decryptText(keyOf(32), 'AAAA')).toThrow('too short');
  expect(() => encryptText('not base64!', 'x')).toThrow('16, 24 or 32 bytes');
  expect(() => encryptText(keyOf(20), 'x')).toThrow('but has 20');
});

test('a stored value is recognised, any other is not', () => {
  expect(cipherTextOf(encryptedValue('abc'))).toBe('abc');
  expect(cipherTextOf({ type: 'x', value: 'abc' })).toBeUndefined();
  expect(cipherTextOf('abc')).toBeUndefined();
});
