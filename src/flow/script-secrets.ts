/** Warns of secrets in the text of a script, where its environment would keep them out of sight. */
import { type Mentions, mentionsOf } from '../expression/index.ts';
import type { FlowInput, Task } from '../model/flow.ts';
import { isList, isMap, type Value } from '../model/value.ts';
import type { Report } from './check/report.ts';
import type { Types } from './types.ts';
import type { Path } from './yaml/locations.ts';

/** Properties that become a command line or a file. */
const bodies = ['script', 'commands', 'beforeCommands'] as const;

/** Looks at all tasks that run programs and take `env`: those have a better place for a secret. */
export function checkScriptSecrets(
  tasks: readonly { readonly task: Task; readonly path: Path }[],
  flow: { readonly inputs: readonly FlowInput[]; readonly variables: Value | undefined },
  types: Types,
  report: Report,
): void {
  const secret = secretsOf(flow);
  for (const { task, path } of tasks) {
    const texts = bodies.flatMap(body => textsIn(task.properties[body], [body]));
    const leaking = texts.flatMap(({ text, path: place }) => {
      const leaked = secret(text);
      return leaked === undefined ? [] : [{ leaked, place }];
    });
    if (leaking.length === 0) continue;
    const properties = types.properties(task.type);
    if (!properties?.has('env') || !properties.has('taskRunner')) continue;
    for (const { leaked, place } of leaking) {
      report.add({
        code: 'secret-in-script',
        severity: 'warning',
        message: `${task.id}.${place[0]}: the text holds a secret, and command lines and script files can be read by others`,
        path: [...path, ...place],
        hint: `Set a variable, env: {TOKEN: "{{ ${leaked} }}"}, and read it in the script: quotes in the secret do no harm then.`,
      });
    }
  }
}

/** Tells of a text which expression in it gives a secret: `secret()`, an input of type SECRET, or a variable made of them. */
function secretsOf({
  inputs,
  variables,
}: Parameters<typeof checkScriptSecrets>[1]): (text: string) => string | undefined {
  const secretInputs = inputs.filter(({ type }) => type === 'SECRET').map(({ id }) => `inputs.${id}`);
  const secretVariables = new Set<string>();
  const leakedBy = (text: string): string | undefined => {
    if (!/\{[{%]/.test(text) || !/secret|inputs|vars/.test(text)) return undefined;
    const mentions = mentionsOf(text);
    if (mentions.functions.has('secret')) return "secret('NAME')";
    const input = mentioned(mentions, secretInputs);
    if (input !== undefined) return input;
    // A variable's own expressions are rendered only where that is asked for.
    if (!mentions.functions.has('render') && !mentions.functions.has('renderOnce')) return undefined;
    const variable = mentioned(mentions, secretVariables);
    return variable && `render(${variable})`;
  };
  // A variable may be made of another that is written below it.
  const texts = textsIn(variables, ['vars']);
  for (let known = -1; known < secretVariables.size; ) {
    known = secretVariables.size;
    for (const { text, path } of texts) if (leakedBy(text) !== undefined) secretVariables.add(path.join('.'));
  }
  return leakedBy;
}

/** The first that is in what a template speaks of: itself, or a map that it is in. */
function mentioned({ variables }: Mentions, secrets: Iterable<string>): string | undefined {
  for (const secret of secrets)
    for (const variable of variables) if (`${secret}.`.startsWith(`${variable}.`)) return secret;
  return undefined;
}

function textsIn(value: Value | undefined, path: Path): { readonly text: string; readonly path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (isList(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  return isMap(value) ? Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key])) : [];
}
