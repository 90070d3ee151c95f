/**
 * `io.kestra.core.tasks.scripts.Bash`, `Node` and `Python`: how scripts were written before 0.11. Kestra has deprecated
 * them and still runs them (plugin-scripts, AbstractBash and its children), so flows with them run here.
 */
import type { TaskResult } from '../../../model/execution.ts';
import { isMap, type Value } from '../../../model/value.ts';
import type { RunnableTaskType, TaskContext } from '../../task-type.ts';
import { type Runners, runScript } from '../script-task.ts';
import { bash } from './bash.ts';
import { readDeclaredOutputs } from './declared-outputs.ts';
import { node } from './node.ts';
import type { OlderTask } from './older-task.ts';
import { python } from './python.ts';
import { olderSchema } from './schema.ts';

const processRunner = 'io.kestra.plugin.core.runner.Process';

export function olderScriptTaskTypes(runners: Runners): RunnableTaskType[] {
  return [bash, node, python].map(task => ({
    type: `io.kestra.core.tasks.scripts.${task.name}`,
    aliases: [],
    title: `Run ${task.title} (older form of ${task.successor})`,
    kind: 'runnable',
    schema: () => olderSchema(task),
    run: context => runOlder(task, runners, context),
  }));
}

async function runOlder(task: OlderTask, runners: Runners, context: TaskContext): Promise<TaskResult> {
  const { properties } = context.task;
  task.check?.(properties);
  const outputs = await readDeclaredOutputs(properties, context.expressions);
  const translated: Record<string, Value> = {
    taskRunner: properties.taskRunner ?? { type: processRunner },
    interpreter: [properties.interpreter ?? '/bin/sh', ...asList(properties.interpreterArgs ?? ['-c'])],
    failFast: properties.exitOnFailed ?? true,
    outputFiles: outputs.names,
    ...pick(properties, ['containerImage', 'env', 'inputFiles']),
  };
  const result = await runScript(
    task.language,
    'Commands',
    runners,
    { ...context, task: { ...context.task, properties: translated } },
    {
      commands: expressions => task.commands(properties, expressions),
      variables: outputs.variables,
      files: task.files ?? {},
      prepare: outputs.prepare,
      counts: ({ stdout, stderr }) => ({ stdOutLineCount: stdout, stdErrLineCount: stderr }),
    },
  );
  const files = isMap(result.outputs) ? result.outputs.outputFiles : undefined;
  return { ...result, outputs: { ...result.outputs, ...(files !== undefined && { files }) } };
}

function asList(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : [value];
}

function pick(properties: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(names.flatMap(name => (properties[name] === undefined ? [] : [[name, properties[name]]])));
}
