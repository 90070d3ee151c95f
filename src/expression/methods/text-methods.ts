/** Methods of java.lang.String. */
import type { Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { ofClass } from '../java-values.ts';
import { checkTextLength } from '../limits.ts';
import { matchesAll, replaceAll, replaceFirst, split } from '../regex/java-regex.ts';
import { indexArgument, type Method, type Methods, rangeArguments, textArgument } from './method.ts';

export const textMethods: Methods<string> = new Map<string, Method<string>>([
  ['length', text => text.length],
  ['isEmpty', text => text === ''],
  ['isBlank', text => text.trim() === ''],
  ['toUpperCase', text => text.toUpperCase()],
  ['toLowerCase', text => text.toLowerCase()],
  ['trim', text => text.trim()],
  ['strip', text => text.trim()],
  ['stripLeading', text => text.trimStart()],
  ['stripTrailing', text => text.trimEnd()],
  ['contains', (text, args) => text.includes(textArgument(args, 0))],
  ['startsWith', (text, args) => text.startsWith(textArgument(args, 0), args.length > 1 ? indexArgument(args, 1) : 0)],
  ['endsWith', (text, args) => text.endsWith(textArgument(args, 0))],
  ['indexOf', (text, args) => text.indexOf(textArgument(args, 0), args.length > 1 ? indexArgument(args, 1) : 0)],
  ['lastIndexOf', (text, args) => text.lastIndexOf(textArgument(args, 0))],
  ['substring', (text, args) => text.slice(...rangeArguments(args, text.length))],
  ['charAt', charAt],
  ['concat', (text, args) => limited(text + textArgument(args, 0))],
  ['repeat', repeat],
  ['replace', (text, args) => limited(text.split(textArgument(args, 0)).join(textArgument(args, 1)))],
  ['replaceAll', (text, args) => limited(replaceAll(text, textArgument(args, 0), textArgument(args, 1)))],
  ['replaceFirst', (text, args) => limited(replaceFirst(text, textArgument(args, 0), textArgument(args, 1)))],
  ['matches', (text, args) => matchesAll(text, textArgument(args, 0))],
  ['split', splitText],
  ['equalsIgnoreCase', (text, args) => text.toLowerCase() === textArgument(args, 0).toLowerCase()],
  ['compareTo', (text, args) => compare(text, textArgument(args, 0))],
]);

function charAt(text: string, args: readonly Value[]): Value {
  const index = indexArgument(args, 0);
  const character = text[index];
  if (character === undefined) throw new Fault(`Index ${index} out of bounds for length ${text.length}`);
  return character;
}

function repeat(text: string, args: readonly Value[]): Value {
  const count = indexArgument(args, 0);
  if (count < 0) throw new Fault(`count is negative: ${count}`);
  checkTextLength(text.length * count);
  return text.repeat(count);
}

function splitText(text: string, args: readonly Value[]): Value {
  return ofClass(
    split(text, textArgument(args, 0), args.length > 1 ? indexArgument(args, 1) : 0),
    '[Ljava.lang.String;',
  );
}

function limited(text: string): string {
  checkTextLength(text.length);
  return text;
}

/** Java's order of texts: by UTF-16 code unit, then by length. */
function compare(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = left.charCodeAt(i) - right.charCodeAt(i);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
