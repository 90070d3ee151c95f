/** `secret(key, namespace, subkey)`. What it gives is masked from then on. */
import { parseJson, writeJson } from '../../model/json.ts';
import { isMap, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { type ExpressionFunction, missingArgument } from '../invocable.ts';
import { javaText } from '../java-values.ts';
import { optionalText } from '../typed-arguments.ts';

export const secretFunction: ExpressionFunction = {
  parameters: ['key', 'namespace', 'subkey'],
  call([key, namespace, subkey], frame) {
    const name = optionalText(key, 'key');
    if (name === undefined) throw missingArgument('function', 'secret', 'key');
    const other = optionalText(namespace, 'namespace');
    const service = frame.service('secret', 'secret');
    const text = frame.answer(JSON.stringify(['secret', name, other]), () =>
      other === undefined ? service(name) : service(name, other),
    );
    if (text === undefined) throw new Fault(`Cannot find secret for key '${name}'.`);
    const { taint } = frame.context;
    taint.add(text);
    const part = optionalText(subkey, 'subkey');
    if (part === undefined || part === '') return text;
    const value = subkeyOf(text, name, part);
    taint.add(value);
    return value;
  },
};

/** A property of a secret that is a JSON object, as text. */
function subkeyOf(text: string, name: string, subkey: string): string {
  let parsed: Value;
  try {
    parsed = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The cause is left out: its message quotes the secret.
    throw new Fault(`Failed to read secret sub-key '${subkey}' from secret '${name}': the secret is not JSON.`);
  }
  if (!isMap(parsed) || !Object.hasOwn(parsed, subkey)) {
    throw new Fault(`Cannot find secret sub-key '${subkey}' in secret '${name}'.`);
  }
  const value = parsed[subkey] ?? null;
  return typeof value === 'object' && value !== null ? writeJson(value) : javaText(value);
}
