/** Which functions a template calls, for checks before anything is rendered. */
import { SyntaxFault } from './expression-error.ts';
import { withholdRaw } from './raw-blocks.ts';
import { parseTemplate } from './template-parser.ts';

/** Names of the functions that stand in a template's expressions; none when its syntax is wrong. */
export function calledFunctions(template: string): ReadonlySet<string> {
  const names = new Set<string>();
  // Any node: a walk that names each kind would have to be told of every new one.
  const pending: unknown[] = [bodyOf(template)];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    if ('kind' in node && node.kind === 'call' && 'name' in node) names.add(String(node.name));
    for (const part of Object.values(node)) if (part !== undefined) pending.push(part);
  }
  return names;
}

function bodyOf(template: string): unknown {
  try {
    return [...parseTemplate(withholdRaw(template).template)];
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return [];
  }
}
