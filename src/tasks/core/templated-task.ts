import { z } from 'zod';
import { render } from '../../expression/index.ts';
import { readFlows } from '../../flow/index.ts';
import { writeJson } from '../../model/json.ts';
import { isMap, type Value } from '../../model/value.ts';
import { asText } from '../properties.ts';
import type { TaskCatalog } from '../registry.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';

const type = 'io.kestra.plugin.core.templating.TemplatedTask';

/** Runs a task whose whole text is rendered first, its type included. @param catalog asked when it runs */
export function templatedTask(catalog: () => TaskCatalog): RunnableTaskType {
  return {
    type,
    aliases: ['io.kestra.core.tasks.templating.TemplatedTask'],
    title: 'Run a task that an expression writes',
    kind: 'runnable',
    schema: () => z.strictObject({ spec: z.string().meta({ title: 'The task', description: 'YAML of one task.' }) }),
    async run(context) {
      const { spec } = context.task.properties;
      const text = typeof spec === 'string' ? await render(spec, context.expressions) : asText(spec ?? null);
      const written = await readSpec(text);
      // The id stays: outputs and logs are found by it.
      const flow = { id: 'templated', namespace: 'templated', tasks: [{ ...written, id: context.task.id }] };
      const { flows, problems } = readFlows({ name: 'spec', text: writeJson(flow) }, { catalog: catalog() });
      const errors = problems.filter(({ severity }) => severity === 'error');
      const task = flows[0]?.tasks[0];
      if (errors.length > 0 || !task)
        throw new TaskError(`The property spec is no task: ${errors.map(({ message }) => message).join('; ')}`);
      const found = task.type === type ? undefined : catalog().runnable(task.type);
      if (!found) throw new TaskError(`The property spec must be a task that a worker runs, but it is a ${task.type}.`);
      return found.run({ ...context, task });
    },
  };
}

async function readSpec(text: string): Promise<Readonly<Record<string, Value>>> {
  const { readYaml } = await import('../../flow/yaml/read-yaml.ts');
  const { documents, problems } = readYaml(text);
  const value = documents[0]?.value ?? null;
  if (problems[0]) throw new TaskError(`The property spec is not YAML: ${problems[0].message}`);
  if (!isMap(value)) throw new TaskError('The property spec must be a map with a type.');
  return value;
}
