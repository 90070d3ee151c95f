/** Files of items, a row each: read as Ion, which JSON lines are too; other lines are texts. */
import { render } from '../../expression/index.ts';
import { variablesOf } from '../../expression/render-context.ts';
import { recordsOf } from '../../files/records.ts';
import { isMap, type Value } from '../../model/value.ts';
import { type TaskContext, TaskError } from '../task-type.ts';

/** The lines that hold something, with their values. Only one is in memory at a time. */
export async function* itemRows(
  uri: string,
  { storage }: TaskContext,
): AsyncGenerator<{ readonly line: Buffer; readonly item: Value }> {
  const { readIonRows } = await import('../../expression/ion/index.ts');
  const newline = Buffer.from('\n');
  for await (const line of recordsOf(await storage.get(uri), newline)) {
    const text = line.toString().trim();
    if (text === '') continue;
    let item: Value = text;
    try {
      const values = readIonRows(text);
      if (values.length === 1) item = values[0] ?? null;
    } catch {
      // No Ion: a line of CSV or plain text.
    }
    yield { line: Buffer.concat([line, newline]), item };
  }
}

/** A template rendered for an item: its properties are variables; one without properties is `value`. */
export function renderItem(template: string, item: Value, { expressions }: TaskContext): Promise<string> {
  const own = isMap(item) ? item : { value: item };
  return render(template, { ...expressions, variables: variablesOf(own, expressions.variables) });
}

/** A template as it stands in the flow, to be rendered once for each item. @throws TaskError */
export function itemTemplate(name: string, value: Value | undefined): string {
  if (typeof value !== 'string' || value.trim() === '') throw new TaskError(`The property ${name} must be given.`);
  return value;
}
