import { z } from 'zod';
import { render } from '../../expression/index.ts';
import { isMap, type Value } from '../../model/value.ts';
import { readInnerTask } from '../inner-task.ts';
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
      const found = readInnerTask(written, context.task.id, 'spec', catalog());
      if (found.type.type === type)
        throw new TaskError(`The property spec must be a task that a worker runs, but it is a ${type}.`);
      return found.type.run({ ...context, task: found.task });
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
