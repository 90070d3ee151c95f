/** `uuid()`, `id()`, `ksuid()`, `nanoId()`: new identifiers. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Frame } from '../frame.ts';
import type { Args, ExpressionFunction } from '../invocable.ts';
import { optionalInteger, optionalText } from '../typed-arguments.ts';
import { currentTime } from './now.ts';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ksuidEpochSeconds = 1_400_000_000;
const maxNanoIdLength = 1000;

export const identifierFunctions = {
  uuid: { parameters: [], call: () => randomUUID() },
  id: { parameters: [], call: () => inBase62(randomBytes(16)) },
  ksuid: { parameters: [], call: ksuid },
  nanoId: { parameters: ['length', 'alphabet'], call: nanoId },
} satisfies Record<string, ExpressionFunction>;

/** https://github.com/segmentio/ksuid : four bytes of time, sixteen of chance, 27 characters. */
function ksuid(_args: Args, frame: Frame): Value {
  const bytes = randomBytes(20);
  bytes.writeUInt32BE((Math.floor(currentTime(frame) / 1000) - ksuidEpochSeconds) >>> 0);
  return inBase62(bytes).padStart(27, '0');
}

function nanoId([length, alphabet]: Args): Value {
  const count = optionalInteger(length, 'length') ?? 21;
  if (!(count > 0 && count <= maxNanoIdLength)) throw new Fault(`The length must be from 1 to ${maxNanoIdLength}.`);
  const letters = optionalText(alphabet, 'alphabet') ?? `_-${base62}`;
  if (letters === '') throw new Fault('The alphabet is empty.');
  return Array.from({ length: count }, () => letters[randomInt(letters.length)]).join('');
}

function inBase62(bytes: Buffer): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  while (rest > 0n) {
    text = (base62[Number(rest % 62n)] ?? '') + text;
    rest /= 62n;
  }
  return text;
}
