/** YAML text to a value, as Kestra's `yaml()` reads it: YAML 1.2's words and numbers, dates stay texts. */
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { numberFromText } from '../model/json.ts';
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
    if (isMap(node))
      return Object.fromEntries(node.items.map(pair => [javaText(convert(pair.key)), convert(pair.value)]));
    return isScalar(node) ? scalarValue(node.value, node.source) : null;
  };
  return convert(document.contents);
}

function scalarValue(value: unknown, source: string | undefined): Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // The number's own text keeps what a JavaScript number loses: `1.0`, 64 bits.
  const text = source?.replace(/^\+/, '') ?? '';
  if (/^-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/.test(text)) return numberFromText(text);
  return typeof value === 'number' ? value : String(value);
}
