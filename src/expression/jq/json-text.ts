/** Values as jq writes them: `tojson`, and the excerpts in its messages. */
import { numberText } from '../../model/numbers.ts';
import { isList, isMap, Real, type Value } from '../../model/value.ts';
import { JqError } from './jq-error.ts';
import { maxTextLength } from './limits.ts';

/** jq prints what is beyond a double as the largest one. */
const largest = '1.7976931348623157e+308';

/**
 * Compact JSON; `NaN` is null and infinity the largest number, as jq does it.
 * @throws JqError beyond 64 Mi characters: a list that holds one list twice, again and again, is small but endless as text.
 */
export function jsonText(value: Value): string {
  const writer = new Writer(maxTextLength);
  if (!writer.write(value)) throw new JqError(`the jq program makes a text of more than ${maxTextLength} characters`);
  return writer.text();
}

/** What stands for a value within a text: a number as it is printed, where `tojson` has 3 for 3.0. */
export function interpolatedText(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof Real && Number.isFinite(value.value) ? numberText(value) : jsonText(value);
}

/** At most 14 characters for a message, the last three of a longer text being dots: as jq 1.6 does it. */
export function excerpt(value: Value): string {
  const writer = new Writer(14);
  writer.write(value);
  const text = writer.text();
  return text.length > 14 ? `${text.slice(0, 11)}...` : text;
}

class Writer {
  private readonly parts: string[] = [];
  private left: number;

  constructor(limit: number) {
    this.left = limit;
  }

  text(): string {
    return this.parts.join('');
  }

  /** False once the limit is passed: the rest is left out. */
  write(value: Value): boolean {
    if (isList(value))
      return this.put('[') && value.every((item, index) => this.next(index) && this.write(item)) && this.put(']');
    if (!isMap(value)) return this.put(scalarText(value));
    const entries = Object.entries(value);
    const writeEntry = ([key, item]: [string, Value], index: number) =>
      this.next(index) && this.put(`${JSON.stringify(key)}:`) && this.write(item);
    return this.put('{') && entries.every(writeEntry) && this.put('}');
  }

  private next(index: number): boolean {
    return index === 0 || this.put(',');
  }

  private put(text: string): boolean {
    this.parts.push(text);
    this.left -= text.length;
    return this.left >= 0;
  }
}

function scalarText(value: null | boolean | string | number | bigint | Real): string {
  if (typeof value === 'string') return JSON.stringify(value);
  // Not as it was written: 3.0 is 3.
  if (value instanceof Real) return scalarText(value.value);
  if (typeof value !== 'number') return String(value);
  if (Number.isNaN(value)) return 'null';
  if (!Number.isFinite(value)) return value > 0 ? largest : `-${largest}`;
  return Object.is(value, -0) ? '-0' : String(value);
}
