/** `kv(key, namespace, errorOnMissing=true)`: a value of the KV store. */
import { Fault } from '../expression-error.ts';
import { type ExpressionFunction, missingArgument } from '../invocable.ts';
import { optionalBoolean, optionalText } from '../typed-arguments.ts';
import { flowNamespace } from './flow-namespace.ts';

export const kvFunction: ExpressionFunction = {
  parameters: ['key', 'namespace', 'errorOnMissing'],
  call([key, namespace, errorOnMissing], frame) {
    const name = optionalText(key, 'key');
    if (name === undefined) throw missingArgument('function', 'kv', 'key');
    const isError = optionalBoolean(errorOnMissing, 'errorOnMissing') ?? true;
    const other = optionalText(namespace, 'namespace');
    const kv = frame.service('kv', 'kv');
    const answer = frame.answer(JSON.stringify(['kv', name, other]), () =>
      other === undefined ? kv(name) : kv(name, other),
    );
    if (answer !== undefined) return answer;
    if (!isError) return null;
    const where = other ?? flowNamespace(frame, 'kv');
    throw new Fault(`The key '${name}' does not exist in the namespace '${where}'.`);
  },
};
