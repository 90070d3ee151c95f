/** What a template speaks of, for checks before anything is rendered. */
import { SyntaxFault } from './expression-error.ts';
import { withholdRaw } from './raw-blocks.ts';
import type { Expression } from './syntax-tree.ts';
import { parseTemplate } from './template-parser.ts';

export interface Mentions {
  /** Names of the functions that are called. */
  readonly functions: ReadonlySet<string>;
  /** Variables with their constant attributes: `inputs.token`, for `inputs['token']` as well. */
  readonly variables: ReadonlySet<string>;
}

/** Everything that stands in a template's expressions; nothing when its syntax is wrong. */
export function mentionsOf(template: string): Mentions {
  const functions = new Set<string>();
  const variables = new Set<string>();
  // Any node: a walk that names each kind would have to be told of every new one.
  const pending: unknown[] = [bodyOf(template)];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    if ('kind' in node && node.kind === 'call' && 'name' in node) functions.add(String(node.name));
    const variable = variableOf(node as Expression);
    if (variable !== undefined) variables.add(variable);
    else for (const part of Object.values(node)) if (part !== undefined) pending.push(part);
  }
  return { functions, variables };
}

/** Undefined for any other node, and where an attribute's name is an expression. */
function variableOf(node: Expression): string | undefined {
  if (node.kind === 'variable') return node.name;
  if (node.kind !== 'attribute' || node.args || node.name.kind !== 'literal') return undefined;
  const owner = variableOf(node.object);
  return owner === undefined ? undefined : `${owner}.${String(node.name.value)}`;
}

function bodyOf(template: string): unknown {
  try {
    return [...parseTemplate(withholdRaw(template).template)];
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return [];
  }
}
