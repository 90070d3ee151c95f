/** Reading and writing JSON without losing Java's numeric kinds: `1.0` stays `1.0`, 64-bit integers survive. */
import { Real, type Value } from './value.ts';

/**
 * A number that a plain `JSON.parse` would change: a fraction or exponent, or ten digits and more. Only where a number
 * can stand: else every date with milliseconds would be one.
 */
const riskyNumber = /(?:^|[:,[\s])-?(?:\d+[.eE][\d.eE+-]*|\d{10,})(?=[,\]}\s]|$)/;

/**
 * Parses JSON text, keeping numeric kinds (see `Value`).
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseJson(text: string): Value {
  // The reviver makes parsing about five times slower; most documents need none.
  if (!riskyNumber.test(text)) return JSON.parse(text) as Value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as Value;
}

/** The value of a text that is JSON; any other text as it is. */
export function jsonOrText(text: string): Value {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function revive(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return numberFromText(context.source);
}

/** The value of a JSON number's text: Integer, Long or BigInteger without a point or exponent, else a Double. */
export function numberFromText(text: string): number | bigint | Real {
  if (!/[.eE]/.test(text)) {
    const value = Number(text);
    return value === (value | 0) ? value : BigInt(text);
  }
  const value = Number(text);
  if (!Number.isInteger(value)) return value;
  return new Real('double', text);
}

declare global {
  interface JSON {
    /** https://tc39.es/proposal-json-parse-with-source/ , in Node since 22; TypeScript's library does not know it yet. */
    rawJSON(text: string): unknown;
  }
}

/** Writes compact JSON, or indented by `indent` spaces. The inverse of `parseJson`. */
export function writeJson(value: Value | object, indent?: number): string {
  return JSON.stringify(value, spell, indent);
}

function spell(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return JSON.rawJSON(value.toString());
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (!(value instanceof Real)) return value;
  const text = value.text;
  return /^-?\d/.test(text) ? JSON.rawJSON(text) : text;
}
