/** Values as jq writes them: `tojson`, and the excerpts in its messages. */
import { isList, isMap, Real, type Value } from '../../model/value.ts';

/** jq prints what is beyond a double as the largest one. */
const largest = '1.7976931348623157e+308';

/** Compact JSON; `NaN` is null and infinity the largest number, as jq does it. */
export function jsonText(value: Value): string {
  const parts: string[] = [];
  write(value, parts);
  return parts.join('');
}

function write(value: Value, parts: string[]): void {
  if (typeof value === 'string') parts.push(JSON.stringify(value));
  else if (isList(value)) {
    parts.push('[');
    value.forEach((item, index) => {
      if (index > 0) parts.push(',');
      write(item, parts);
    });
    parts.push(']');
  } else if (isMap(value)) {
    parts.push('{');
    Object.entries(value).forEach(([key, item], index) => {
      parts.push(index > 0 ? ',' : '', JSON.stringify(key), ':');
      write(item, parts);
    });
    parts.push('}');
  } else parts.push(scalarText(value));
}

function scalarText(value: null | boolean | number | bigint | Real): string {
  if (value instanceof Real) return Number.isFinite(value.value) ? value.text : scalarText(value.value);
  if (typeof value !== 'number') return String(value);
  if (Number.isNaN(value)) return 'null';
  if (!Number.isFinite(value)) return value > 0 ? largest : `-${largest}`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** At most 14 characters for a message, the last three of a longer text being dots: as jq 1.6 does it. */
export function excerpt(value: Value): string {
  const text = jsonText(value);
  return text.length > 14 ? `${text.slice(0, 11)}...` : text;
}
