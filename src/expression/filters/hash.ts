/** `md5`, `sha1`, `sha256`, `sha512`: hexadecimal digests of a text's UTF-8. */
import { createHash } from 'node:crypto';
import { Fault } from '../expression-error.ts';
import { type Filter, filter } from '../invocable.ts';

export const hashFilters = {
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
} satisfies Record<string, Filter>;

function hash(algorithm: string): Filter {
  return filter(input => {
    if (typeof input !== 'string') throw new Fault('Need a string to hash');
    return createHash(algorithm).update(input, 'utf8').digest('hex');
  });
}
