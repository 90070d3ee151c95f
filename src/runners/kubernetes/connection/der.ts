/** Reads ASN.1 values in DER, as far as key stores need them (ITU-T X.690). Pure. */

export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
}

export const derTag = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30, explicit0: 0xa0 } as const;

/** @throws RangeError for bytes that are none */
export function readDer(bytes: Buffer): DerValue {
  return valueAt(bytes, 0).value;
}

/** The values in a sequence, a set or an explicit tag. @throws RangeError */
export function derParts({ content }: DerValue): DerValue[] {
  const parts: DerValue[] = [];
  for (let at = 0; at < content.length; ) {
    const { value, end } = valueAt(content, at);
    parts.push(value);
    at = end;
  }
  return parts;
}

/** An object identifier as `1.2.840…`. */
export function derOid({ content }: DerValue): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

export function derNumber({ content }: DerValue): number {
  return Number.parseInt(content.toString('hex') || '0', 16);
}

function valueAt(bytes: Buffer, at: number): { readonly value: DerValue; readonly end: number } {
  const tag = bytes.readUInt8(at);
  const short = bytes.readUInt8(at + 1);
  const more = short < 0x80 ? 0 : short & 0x7f;
  const length = more === 0 ? short : bytes.readUIntBE(at + 2, more);
  const begin = at + 2 + more;
  const end = begin + length;
  if (short === 0x80 || end > bytes.length) throw new RangeError('no value in DER');
  return { value: { tag, content: bytes.subarray(begin, end) }, end };
}
