/**
 * The certificates of a PKCS#12 file (RFC 7292) that holds no key: a trust store. OpenSSL reads such files only along
 * with a key. Its MAC is not checked: what was changed in the file does not decrypt to certificates.
 */
import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { type DerValue, derNumber, derOid, derParts, derTag, readDer } from './der.ts';

const oid = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  pbes2: '1.2.840.113549.1.5.13',
  tripleDes: '1.2.840.113549.1.12.1.3',
} as const;

const digests: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

const ciphers: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
};

/** The file is encrypted in a way that is not read any more. */
export class OutdatedCipher extends Error {}

/**
 * As PEM, one after the other.
 * @throws OutdatedCipher
 * @throws Error when it is no such file, or the passphrase is another
 */
export function pkcs12Certificates(file: Buffer, passphrase: string): string[] {
  const [, authSafe] = parts(readDer(file), 2);
  const certificates: Buffer[] = [];
  for (const info of derParts(readDer(octets(contentOf(authSafe))))) {
    const safe = readDer(safeContents(info, passphrase));
    for (const bag of derParts(safe)) certificates.push(...certificateOf(bag));
  }
  return certificates.map(pem);
}

function safeContents(info: DerValue, passphrase: string): Buffer {
  const [type] = parts(info, 2);
  const content = contentOf(info);
  if (derOid(type) === oid.data) return octets(content);
  if (derOid(type) !== oid.encryptedData) throw new Error('a part of it is of an unknown kind');
  const [, encrypted] = parts(content, 2);
  const [, algorithm, bytes] = parts(encrypted, 3);
  return decrypt(algorithm, bytes.content, passphrase);
}

function certificateOf(bag: DerValue): Buffer[] {
  const [type] = parts(bag, 2);
  if (derOid(type) !== oid.certificateBag) return [];
  return [octets(contentOf(contentOf(bag)))];
}

/** What an explicit tag in the second place of a sequence holds. */
function contentOf(value: DerValue): DerValue {
  const [, tagged] = parts(value, 2);
  if (tagged.tag !== derTag.explicit0) throw new Error('it is not made as PKCS#12 is');
  return readDer(tagged.content);
}

function decrypt(algorithm: DerValue, bytes: Buffer, passphrase: string): Buffer {
  const [type, parameters] = parts(algorithm, 2);
  if (derOid(type) === oid.tripleDes) {
    const [salt, rounds] = parts(parameters, 2);
    const derive = (purpose: number, size: number) =>
      pkcs12Key(passphrase, octets(salt), derNumber(rounds), purpose, size);
    return decipher('des-ede3-cbc', derive(1, 24), derive(2, 8), bytes);
  }
  if (derOid(type) !== oid.pbes2) throw new OutdatedCipher('it is encrypted with a cipher of the past');
  const [derivation, encryption] = parts(parameters, 2);
  const [, given] = parts(derivation, 2);
  const [salt, rounds, ...more] = parts(given, 2);
  const [cipherType, iv] = parts(encryption, 2);
  const cipher = ciphers[derOid(cipherType)];
  const prf = more.find(({ tag }) => tag === derTag.sequence);
  const digest = prf ? digests[derOid(parts(prf, 1)[0])] : 'sha1';
  if (!cipher || digest === undefined) throw new OutdatedCipher('it is encrypted with a cipher that is not known');
  const key = pbkdf2Sync(passphrase, octets(salt), derNumber(rounds), cipher.keyBytes, digest);
  return decipher(cipher.name, key, octets(iv), bytes);
}

function decipher(name: string, key: Buffer, iv: Buffer, bytes: Buffer): Buffer {
  const cipher = createDecipheriv(name, key, iv);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** Keys of the older ciphers: RFC 7292, appendix B.2, with SHA-1. @param purpose 1: key, 2: initial vector */
function pkcs12Key(passphrase: string, salt: Buffer, rounds: number, purpose: number, size: number): Buffer {
  const block = 64;
  const repeated = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  const diversifier = Buffer.alloc(block, purpose);
  const input = Buffer.concat([repeated(salt), repeated(password)]);
  const key: Buffer[] = [];
  for (let made = 0; made < size; made += 20) {
    let hash = Buffer.concat([diversifier, input]);
    for (let round = 0; round < rounds; round++) hash = createHash('sha1').update(hash).digest();
    key.push(hash);
    const added = BigInt(`0x${Buffer.alloc(block, hash).toString('hex')}`) + 1n;
    for (let at = 0; at < input.length; at += block) {
      const sum = BigInt(`0x${input.toString('hex', at, at + block)}`) + added;
      const digits = BigInt.asUintN(block * 8, sum).toString(16);
      input.write(digits.padStart(block * 2, '0'), at, 'hex');
    }
  }
  return Buffer.concat(key).subarray(0, size);
}

function octets({ tag, content }: DerValue): Buffer {
  if (tag !== derTag.octets) throw new Error('it is not made as PKCS#12 is');
  return content;
}

type AtLeast<Count extends number> = Count extends 1
  ? [DerValue, ...DerValue[]]
  : Count extends 2
    ? [DerValue, DerValue, ...DerValue[]]
    : [DerValue, DerValue, DerValue, ...DerValue[]];

/** At least as many as are needed. */
function parts<Count extends 1 | 2 | 3>(value: DerValue, count: Count): AtLeast<Count> {
  const found = derParts(value);
  if (found.length < count) throw new Error('it is not made as PKCS#12 is');
  return found as AtLeast<Count>;
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
