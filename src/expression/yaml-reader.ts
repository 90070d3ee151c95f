/** YAML text to a value, as Kestra's `yaml()` reads it, with the words and numbers that a flow has too. */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml';
import { plainScalar } from '../model/plain-scalar.ts';
import type { Value } from '../model/value.ts';
import { Fault } from './expression-error.ts';
import { javaText } from './java-values.ts';

/** Nodes of a document with its aliases resolved; more is an alias bomb. */
const maxNodes = 1_000_000;

/** @throws Fault `Invalid yaml: …` with line and column. */
export function readYaml(text: string): Value {
  const document = parseDocument(text, { version: '1.2', uniqueKeys: false, logLevel: 'silent' });
  const [error] = document.errors;
  // Only the first line: the rest quotes the text, which may be secret.
  if (error) throw new Fault(`Invalid yaml: ${error.message.split('\n')[0]}`);
  if (document.contents === null) throw new Fault('Invalid yaml: there is no content');
  let nodes = 0;
  const convert = (node: unknown): Value => {
    if (++nodes > maxNodes) throw new Fault(`Invalid yaml: more than ${maxNodes} nodes`);
    if (isAlias(node)) return convert(node.resolve(document));
    if (isSeq(node)) return node.items.map(convert);
    if (isMap(node)) return Object.fromEntries(node.items.map(pair => [keyOf(pair.key), convert(pair.value)]));
    return isScalar(node) ? scalarValue(node) : null;
  };
  // `on: off` has the key `on`.
  const keyOf = (node: unknown) => (isScalar(node) ? String(node.source ?? '') : javaText(convert(node)));
  return convert(document.contents);
}

function scalarValue({ type, source, value, tag }: Scalar): Value {
  // `!!str 1` is a text and `!!int '1'` a number, however they are written.
  if (tag !== undefined) return /:(?:int|float|bool|null)$/.test(tag) ? plainScalar(source ?? '') : (source ?? '');
  if (type === 'PLAIN') return plainScalar(source ?? '');
  return typeof value === 'string' ? value : String(value ?? '');
}
