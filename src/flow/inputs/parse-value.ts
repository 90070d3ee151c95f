/** Reads a value as the type of an input or output, as Kestra's `FlowInputOutput` does. */
import { DurationError, parseIsoDuration } from '../../model/duration.ts';
import { parseJson, writeJson } from '../../model/json.ts';
import { float as javaFloat, numberText } from '../../model/numbers.ts';
import { double, isList, isMap, isNumeric, Real, type Value } from '../../model/value.ts';
import type { DataType } from '../schema/data-types.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { type DateText, parseDate, parseInstant, parseTime } from './date-texts.ts';

/** `fault` is Kestra's reason, without the name of the input and what was received; unless it says that itself. */
export type Parsed = { readonly value: Value } | { readonly fault: string; readonly complete?: true };

/** Kestra's own pattern: a host needs a dot, so `http://localhost` is none. */
const uriPattern =
  /^[a-z]+:\/\/(?:www\.)?[-a-zA-Z0-9@:%._+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b[-a-zA-Z0-9()@:%_+.~#?&/=]*$/;
const integerPattern = /^[+-]?\d+$/;
const floatPattern = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;

/** FILE and SECRET are text here: storing and encrypting are up to the caller. */
export function parseValue(type: DataType, value: Value, itemType?: DataType): Parsed {
  switch (type) {
    case 'STRING':
    case 'ENUM':
    case 'SELECT':
    case 'SECRET':
    case 'EMAIL':
      return { value: textOf(value) };
    case 'FILE':
      return file(textOf(value));
    case 'INT':
      return int(value);
    case 'FLOAT':
      return float(textOf(value).trim());
    case 'BOOLEAN':
    case 'BOOL':
      return { value: typeof value === 'boolean' ? value : textOf(value).toLowerCase() === 'true' };
    case 'DATETIME':
      return date(type, value, parseInstant, 'an instant like 2024-05-06T07:08:09Z');
    case 'DATE':
      return date(type, value, parseDate, 'a date like 2024-05-06');
    case 'TIME':
      return date(type, value, parseTime, 'a time like 07:08:09');
    case 'DURATION':
      return duration(value);
    case 'URI':
      return uriPattern.test(textOf(value))
        ? { value: textOf(value) }
        : expected('URI', value, 'write scheme://host.domain/path; the host needs a dot');
    case 'JSON':
      return json(value);
    case 'YAML':
      return yaml(value);
    case 'ARRAY':
    case 'MULTISELECT':
      return list(type, value, itemType);
  }
}

/** A value as one would have typed it. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (isNumeric(value)) return numberText(value);
  return isList(value) || isMap(value) ? writeJson(value) : String(value);
}

function expected(type: string, value: Value, why: string): Parsed {
  return { fault: `Expected \`${type}\` but received \`${textOf(value)}\`: ${why}`, complete: true };
}

function file(text: string): Parsed {
  if (/^(?:kestra|nsfile|file):\/\//.test(text)) return { value: text };
  return { fault: 'it must be a file: give it as @PATH, or as the kestra:/// URI of a stored one' };
}

function int(value: Value): Parsed {
  const text = textOf(value);
  const number = Number(text);
  if (integerPattern.test(text) && number === (number | 0)) return { value: number + 0 };
  return { fault: `For input string: "${text}"` };
}

/** Read with single precision, kept as the double with the same spelling: 0.1 stays 0.1. */
function float(text: string): Parsed {
  if (!floatPattern.test(text)) return { fault: `For input string: "${text}"` };
  const single = javaFloat(Number(text.replace(/(?<=[\d.])[fFdD]$/, '')));
  if (!Number.isFinite(single.value)) return { value: new Real('double', single.text) };
  return { value: double(Number(single.text)) };
}

function date(type: DataType, value: Value, parse: (text: string) => DateText | undefined, example: string): Parsed {
  const parsed = parse(textOf(value));
  return parsed ? { value: parsed.text } : expected(type, value, `write ${example}`);
}

/** In expressions a duration is a Double of seconds; a number given is taken as such. */
function duration(value: Value): Parsed {
  if (isNumeric(value)) return { value: double(Number(textOf(value))) };
  try {
    return { value: double(parseIsoDuration(textOf(value)) / 1000) };
  } catch (error) {
    if (error instanceof DurationError) return expected('DURATION', value, error.message);
    throw error;
  }
}

function json(value: Value): Parsed {
  if (typeof value !== 'string') return { value };
  try {
    return { value: parseJson(value) };
  } catch (error) {
    return expected('JSON', value, (error as Error).message);
  }
}

function yaml(value: Value): Parsed {
  if (typeof value !== 'string') return { value };
  const { documents, problems } = readYaml(value);
  const [problem] = problems;
  if (problem) return expected('YAML', value, `${problem.message} (line ${problem.position.line})`);
  const [document] = documents;
  return document ? { value: document.value } : expected('YAML', value, 'it is empty');
}

function list(type: DataType, value: Value, itemType: DataType | undefined): Parsed {
  let items = value;
  if (typeof value === 'string') {
    const parsed = json(value);
    if ('fault' in parsed) return expected(type, value, 'write a JSON list like ["a", "b"]');
    items = parsed.value;
  }
  if (!isList(items)) return expected(type, value, 'write a JSON list like ["a", "b"]');
  if (itemType === undefined) return { value: items };
  const values: Value[] = [];
  for (const item of items) {
    const parsed = parseValue(itemType, item);
    if ('fault' in parsed) return { fault: `Unable to parse array element as \`${itemType}\` on \`${textOf(item)}\`` };
    values.push(parsed.value);
  }
  return { value: values };
}
