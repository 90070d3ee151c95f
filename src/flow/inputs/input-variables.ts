/** What expressions see as `inputs`. */
import { cipherTextOf } from '../../model/encryption.ts';
import type { FlowInput } from '../../model/flow.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { isExpression } from '../check/judge-issue.ts';

/** `a.b: 1` as `{a: {b: 1}}`: how Kestra stores inputs whose ids have dots. */
export function nestDotted(flat: ReadonlyMap<string, Value>): ValueMap {
  const nested = new Map<string, Value | Map<string, unknown>>();
  for (const [id, value] of flat) {
    const parts = id.split('.');
    const last = parts.pop() ?? id;
    let at: Map<string, unknown> = nested;
    for (const part of parts) {
      const below = at.get(part);
      const map = below instanceof Map ? below : new Map<string, unknown>();
      at.set(part, map);
      at = map as Map<string, unknown>;
    }
    at.set(last, value);
  }
  return unwrap(nested);
}

function unwrap(map: ReadonlyMap<string, unknown>): ValueMap {
  return Object.fromEntries(
    [...map].map(([key, value]) => [key, value instanceof Map ? unwrap(value) : (value as Value)]),
  );
}

/**
 * The `inputs` variable of an execution: those stored with it, secrets decrypted, inputs with dots in their ids also
 * under the whole id (both `inputs['a.b']` and `inputs.a.b` exist), optional ones that were not given null. One that
 * its `dependsOn` has left out shows its default, as in Kestra, where that is no expression.
 */
export function inputVariables(
  declared: readonly FlowInput[],
  stored: ValueMap,
  decrypt: (cipherText: string) => string,
): ValueMap {
  const opened = { ...defaultsOfOthers(declared, stored), ...(openSecrets(stored, decrypt) as ValueMap) };
  const dotted = declared.filter(({ id }) => id.includes('.'));
  if (dotted.length === 0) return opened;
  return {
    ...opened,
    ...Object.fromEntries(
      dotted.flatMap(({ id }) => {
        const value = valueAt(opened, id.split('.'));
        return value === undefined ? [] : [[id, value]];
      }),
    ),
  };
}

function defaultsOfOthers(declared: readonly FlowInput[], stored: ValueMap): ValueMap {
  const left = declared.filter(({ id, defaults }) => {
    const shown = (defaults ?? null) !== null && !isExpression(defaults ?? null);
    return shown && !id.includes('.') && !Object.hasOwn(stored, id);
  });
  return Object.fromEntries(left.map(({ id, defaults }) => [id, defaults ?? null]));
}

function openSecrets(value: Value, decrypt: (cipherText: string) => string): Value {
  const cipherText = cipherTextOf(value);
  if (cipherText !== undefined) return decrypt(cipherText);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, openSecrets(item, decrypt)] as const);
  return entries.some(([key, item]) => item !== value[key]) ? Object.fromEntries(entries) : value;
}

function valueAt(map: ValueMap, path: readonly string[]): Value | undefined {
  let at: Value | undefined = map;
  for (const key of path) at = isMap(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}
