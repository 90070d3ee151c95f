/** Reading what a flow gives as the value of a key. */
import { parseIsoDuration } from '../../model/duration.ts';
import { numberFromText, parseJson } from '../../model/json.ts';
import { isNumeric, type Value } from '../../model/value.ts';
import type { KvType } from '../../storage/kv-store.ts';
import { TaskError } from '../task-type.ts';

const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The type of a value that none was given for, as Kestra guesses it from the Java object. */
export function typeOf(value: Value): KvType {
  if (typeof value === 'string') return 'STRING';
  if (typeof value === 'boolean') return 'BOOLEAN';
  return value !== null && isNumeric(value) ? 'NUMBER' : 'JSON';
}

/** A text read as a type. @throws TaskError */
export function valueOfType(text: string, type: KvType): Value {
  const refuse = (example: string) =>
    new TaskError(`The value "${text}" cannot be stored as ${type}: write ${example}, or choose another kvType.`);
  switch (type) {
    case 'STRING':
      return text;
    case 'NUMBER':
      if (!numberText.test(text.trim())) throw refuse('a number such as 42 or 1.5');
      return numberFromText(text.trim());
    case 'BOOLEAN':
      return text.trim().toLowerCase() === 'true';
    case 'DATE':
    case 'DATETIME':
      if (Number.isNaN(Date.parse(text)) || !/^\d{4}-\d{2}-\d{2}/.test(text)) {
        throw refuse(type === 'DATE' ? 'a date such as 2026-05-06' : 'an instant such as 2026-05-06T07:08:09Z');
      }
      return text;
    case 'DURATION':
      parseIsoDuration(text);
      return text;
    case 'JSON':
      try {
        return parseJson(text);
      } catch {
        throw refuse('JSON such as {"a": 1}');
      }
  }
}
