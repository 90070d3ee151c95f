/** Checks of expressions in a flow: dashes after a dot, and the syntax of templates. */
import { checkSyntax } from '../expression/index.ts';
import { isList, isMap, type Value } from '../model/value.ts';
import type { Report } from './check/report.ts';
import type { Path } from './yaml/locations.ts';

/** A text with an expression, and whose it is. */
interface Template {
  readonly text: string;
  readonly path: Path;
  readonly owner: string;
}

/** Owners whose texts are looked at: tasks (without their children), outputs, variables. */
export interface TemplateOwner {
  readonly id: string;
  readonly value: Value;
  readonly path: Path;
  /** Properties that belong to other owners. */
  readonly skip?: ReadonlySet<string>;
}

/** Checks all templates of a flow. `taskIds` and `inputIds` are all that it has. */
export function checkTemplates(
  owners: readonly TemplateOwner[],
  ids: { readonly tasks: readonly string[]; readonly inputs: readonly string[] },
  report: Report,
): void {
  const dashed = [
    ...dashedPatterns('output', 'outputs', ids.tasks, id => `outputs\\.${id}\\.[^}]+`),
    ...dashedPatterns('input', 'inputs', ids.inputs, id => `inputs\\.${id}`),
  ];
  for (const { id, value, path, skip } of owners) {
    for (const template of templatesIn(value, path, id, skip)) {
      checkDashes(template, dashed, report);
      checkTemplate(template, report);
    }
  }
}

interface Dashed {
  readonly pattern: RegExp;
  readonly kind: string;
  readonly root: string;
  readonly id: string;
}

/** The same patterns as Kestra's FlowValidator: the expression holds nothing but the reference. */
function dashedPatterns(
  kind: string,
  root: string,
  ids: readonly string[],
  reference: (id: string) => string,
): Dashed[] {
  return [...new Set(ids)]
    .filter(id => id.includes('-'))
    .map(id => ({
      pattern: new RegExp(`\\{\\{\\s*${reference(id.replaceAll('.', '\\.'))}\\s*\\}\\}`),
      kind,
      root,
      id,
    }));
}

function checkDashes({ text, path, owner }: Template, dashed: readonly Dashed[], report: Report): void {
  for (const { pattern, kind, root, id } of dashed) {
    if (!text.includes(`${root}.${id}`) || !pattern.test(text)) continue;
    report.add({
      code: 'dashed-reference',
      message: `${owner}: Invalid ${kind} reference: use ${root}[key-name] instead of ${root}.key-name — keys with dashes require bracket notation`,
      path,
      hint: `Write ${root}['${id}'] instead of ${root}.${id}: a dash after a name subtracts.`,
    });
  }
}

/** Kestra finds these only when it renders, and then fails the task: a warning before. */
function checkTemplate({ text, path, owner }: Template, report: Report): void {
  const fault = checkSyntax(text);
  if (!fault) return;
  report.add({
    code: 'template-syntax',
    severity: 'warning',
    message: `${owner}: ${fault.message} (line ${fault.line}, column ${fault.column} of the text)`,
    path,
    hint: 'The task will fail when it renders this.',
  });
}

function* templatesIn(value: Value, path: Path, owner: string, skip?: ReadonlySet<string>): Generator<Template> {
  if (typeof value === 'string') {
    if (value.includes('{{') || value.includes('{%')) yield { text: value, path, owner };
  } else if (isList(value)) {
    for (const [index, item] of value.entries()) yield* templatesIn(item, [...path, index], owner);
  } else if (isMap(value)) {
    for (const [key, item] of Object.entries(value))
      if (!skip?.has(key)) yield* templatesIn(item, [...path, key], owner);
  }
}
