/** Warns of secrets in the text of a script, where its environment would keep them out of sight. */
import { calledFunctions } from '../expression/index.ts';
import type { Task } from '../model/flow.ts';
import { isList, type Value } from '../model/value.ts';
import type { Report } from './check/report.ts';
import type { Types } from './types.ts';
import type { Path } from './yaml/locations.ts';

/** Properties that become a command line or a file. */
const bodies = ['script', 'commands', 'beforeCommands'] as const;

/** Looks at all tasks that run programs and take `env`: those have a better place for a secret. */
export function checkScriptSecrets(
  tasks: readonly { readonly task: Task; readonly path: Path }[],
  types: Types,
  report: Report,
): void {
  for (const { task, path } of tasks) {
    const texts = bodies.flatMap(body => textsIn(task.properties[body], [body]));
    const leaking = texts.filter(({ text }) => text.includes('secret') && calledFunctions(text).has('secret'));
    if (leaking.length === 0) continue;
    const properties = types.properties(task.type);
    if (!properties?.has('env') || !properties.has('taskRunner')) continue;
    for (const { path: place } of leaking) {
      report.add({
        code: 'secret-in-script',
        severity: 'warning',
        message: `${task.id}.${place[0]}: the text holds a secret, and command lines and script files can be read by others`,
        path: [...path, ...place],
        hint: `Set a variable, env: {TOKEN: "{{ secret('NAME') }}"}, and read it in the script: quotes in the secret do no harm then.`,
      });
    }
  }
}

function textsIn(value: Value | undefined, path: Path): { readonly text: string; readonly path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  return isList(value) ? value.flatMap((item, index) => textsIn(item, [...path, index])) : [];
}
