/** Certificates and keys as configuration holds them: PEM text, base64 of it, or a file. */
import { readFile } from 'node:fs/promises';
import { AccessError } from '../client/errors.ts';

/**
 * PEM of `…Data`: base64 as a kubeconfig has it, with any white space, or PEM as it is.
 * @param name of the property, for the message
 */
export function pemOf(name: string, data: string): Buffer {
  if (data.includes('-----BEGIN')) return Buffer.from(data);
  const pem = Buffer.from(data.replace(/\s+/g, ''), 'base64');
  if (pem.includes('-----BEGIN')) return pem;
  throw new AccessError(
    `${name}: is neither PEM nor base64 of it. Copy the value from: kubectl config view --minify --flatten`,
  );
}

/** @throws AccessError when it cannot be read */
export async function fileContent(name: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new AccessError(`${name}: the file ${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Java's own formats of key stores (JKS, JCEKS), which nothing but Java reads. */
export function isJks(content: Buffer): boolean {
  return content.length > 4 && [0xfeedfeed, 0xcececece].includes(content.readUInt32BE(0));
}
