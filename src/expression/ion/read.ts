/** Ion text to values, with the kinds that Jackson's Ion mapper gives Kestra's `fromIon`. */
import { IonTypes, makeReader, type Reader, toBase64 } from 'ion-js';
import { double, Real, type Value } from '../../model/value.ts';

/** Deep nesting would end in a stack overflow; Jackson's limit is 1,000 too. */
const maxDepth = 1000;

/**
 * The first value of an Ion text, null of none; what follows is not looked at. Annotations are left out; timestamps, blobs (base64)
 * and symbols become strings, decimals BigDecimals.
 * @throws Error `Invalid ion: …`
 */
export function readIon(text: string): Value {
  return guarded(() => {
    const reader = makeReader(text);
    if (reader.next() === null) return null;
    const value = readValue(reader, 0);
    // ion-js 5.2.1 takes `[1,` for a list, and its position is then behind the end of the text.
    if (reader.position() > text.length) throw new Error("expected ',' or ']', found the end of the text");
    return value;
  });
}

/**
 * All values of an Ion text, in order; an empty text has none.
 * @throws Error `Invalid ion: …`
 */
export function readIonRows(text: string): Value[] {
  return guarded(() => {
    const reader = makeReader(text);
    const rows: Value[] = [];
    while (reader.next() !== null) rows.push(readValue(reader, 0));
    return rows;
  });
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`Invalid ion: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readValue(reader: Reader, depth: number): Value {
  if (depth > maxDepth) throw new Error(`it is nested more than ${maxDepth} levels deep`);
  if (reader.isNull()) return null;
  switch (reader.type()) {
    case IonTypes.STRUCT:
      return readStruct(reader, depth);
    case IonTypes.LIST:
    case IonTypes.SEXP:
      return readList(reader, depth);
    case IonTypes.INT:
      return integer(reader.bigIntValue() ?? 0n);
    case IonTypes.FLOAT:
      return double(reader.numberValue() ?? 0);
    case IonTypes.DECIMAL:
      return new Real('big', String(reader.decimalValue()).replace(/^-(?=0(\.0*)?$)/, ''));
    case IonTypes.TIMESTAMP:
      return isoText(String(reader.timestampValue()));
    case IonTypes.BLOB:
    case IonTypes.CLOB:
      return toBase64(reader.uInt8ArrayValue() ?? new Uint8Array());
    case IonTypes.BOOL:
      return reader.booleanValue();
    default:
      return reader.stringValue();
  }
}

/** As Java's dates print: `2024T` is a day of that year, a minute has seconds, a second at most milliseconds. */
function isoText(timestamp: string): string {
  const day = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?T?$/.exec(timestamp);
  if (day) return `${day[1]}-${day[2] ?? '01'}-${day[3] ?? '01'}`;
  return timestamp.replace(/T\d\d:\d\d(?=[Z+-])/, '$&:00').replace(/\.(\d+)/, (_, digits: string) => {
    const milliseconds = digits.slice(0, 3).padEnd(3, '0');
    return milliseconds === '000' ? '' : `.${milliseconds}`;
  });
}

function integer(value: bigint): number | bigint {
  return BigInt.asIntN(32, value) === value ? Number(value) : value;
}

function readList(reader: Reader, depth: number): Value[] {
  const list: Value[] = [];
  reader.stepIn();
  while (reader.next() !== null) list.push(readValue(reader, depth + 1));
  reader.stepOut();
  return list;
}

function readStruct(reader: Reader, depth: number): Value {
  const fields: [string, Value][] = [];
  reader.stepIn();
  while (reader.next() !== null) fields.push([reader.fieldName() ?? '', readValue(reader, depth + 1)]);
  reader.stepOut();
  return Object.fromEntries(fields);
}
