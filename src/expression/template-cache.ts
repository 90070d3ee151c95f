/** Compiled templates by their text. */
import { compileTemplate } from './compile-template.ts';
import type { Template } from './frame.ts';

/** Kestra keeps 1,000 too. Two generations of half of it stand for least recently used, at the cost of one look-up. */
const generationSize = 500;

/** A longer one is compiled each time: it would hold megabytes. */
const maxCachedLength = 64 * 1024;

let young = new Map<string, Template>();
let old = new Map<string, Template>();

/** @throws SyntaxFault */
export function templateFor(source: string): Template {
  const known = young.get(source);
  if (known) return known;
  const template = old.get(source) ?? compileTemplate(source);
  if (source.length > maxCachedLength) return template;
  if (young.size >= generationSize) {
    old = young;
    young = new Map();
  }
  young.set(source, template);
  return template;
}
