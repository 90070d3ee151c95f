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
  const dashed = { outputs: dashedIds(ids.tasks), inputs: dashedIds(ids.inputs) };
  for (const { id, value, path, skip } of owners) {
    for (const template of templatesIn(value, path, id, skip)) {
      checkDashes(template, dashed, report);
      checkTemplate(template, report);
    }
  }
}

function dashedIds(ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids.filter(id => id.includes('-')));
}

/** What Kestra's FlowValidator looks for: an expression that is nothing but a reference with a dash after a dot. */
const dashedReference = /\{\{\s*(?:(outputs)\.([\w-]*-[\w-]*)\.[^}]+|(inputs)\.([\w.-]*-[\w.-]*)\s*)\}\}/g;

function checkDashes(
  { text, path, owner }: Template,
  dashed: Readonly<Record<'outputs' | 'inputs', ReadonlySet<string>>>,
  report: Report,
): void {
  if (dashed.outputs.size === 0 && dashed.inputs.size === 0) return;
  const told = new Set<string>();
  for (const [, outputs, taskId = '', , inputId = ''] of text.matchAll(dashedReference)) {
    const root = outputs ? 'outputs' : 'inputs';
    const id = outputs ? taskId : inputId;
    if (!dashed[root].has(id) || told.has(id)) continue;
    told.add(id);
    report.add({
      code: 'dashed-reference',
      message: `${owner}: Invalid ${root.slice(0, -1)} reference: use ${root}[key-name] instead of ${root}.key-name — keys with dashes require bracket notation`,
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
