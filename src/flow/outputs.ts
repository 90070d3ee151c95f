/** Typed outputs of a flow. */
import { encryptedValue } from '../model/encryption.ts';
import type { FlowOutput } from '../model/flow.ts';
import type { Value } from '../model/value.ts';
import { parseValue, textOf } from './inputs/parse-value.ts';
import { isDataType } from './schema/data-types.ts';

/**
 * The value of an output as its type wants it, or why it cannot be. A missing value is a fault unless the output is
 * not required; without a type everything is taken. A SECRET is encrypted.
 */
export function coerceOutput(
  output: FlowOutput,
  rendered: Value,
  encrypt?: (text: string) => string,
): { readonly value: Value } | { readonly fault: string } {
  if (rendered === null && !output.required) return { value: null };
  if (output.type === undefined || !isDataType(output.type)) return { value: rendered };
  if (output.type === 'SECRET') {
    if (!encrypt) return { fault: 'Unable to use a `SECRET` input/output as encryption is not configured' };
    return { value: encryptedValue(encrypt(textOf(rendered))) };
  }
  const parsed = parseValue(output.type, rendered);
  if ('value' in parsed) return parsed;
  return {
    fault: `Invalid output for \`${output.id}\`, ${parsed.fault}${parsed.complete ? '' : `, but received \`${textOf(rendered)}\``}`,
  };
}
