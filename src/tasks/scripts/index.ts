/** The task types of all script languages. */
import type { RunnableTaskType } from '../task-type.ts';
import { type Language, languages } from './languages.ts';
import { olderScriptTaskTypes } from './older/index.ts';
import { type ScriptKind, scriptSchema } from './script-schema.ts';
import { type Runners, runScript } from './script-task.ts';

export type { Runners } from './script-task.ts';

const kinds: readonly ScriptKind[] = ['Commands', 'Script'];

/** `io.kestra.plugin.scripts.<language>.Commands` and `.Script` for every language, and their forerunners. */
export function scriptTaskTypes(runners: Runners): RunnableTaskType[] {
  return [
    ...languages.flatMap(language => kinds.map(kind => taskType(language, kind, runners))),
    ...olderScriptTaskTypes(runners),
  ];
}

function taskType(language: Language, kind: ScriptKind, runners: Runners): RunnableTaskType {
  return {
    type: `io.kestra.plugin.scripts.${language.name}.${kind}`,
    aliases: [],
    title: kind === 'Script' ? `Run a ${language.title} script` : `Run commands, with ${language.title} at hand`,
    kind: 'runnable',
    schema: () => scriptSchema(language, kind),
    run: context => runScript(language, kind, runners, context),
  };
}
