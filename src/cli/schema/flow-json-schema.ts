/** The JSON Schema (draft 2020-12) of a flow, made from the schemas that validate it. */
import { dataTypes } from '../../flow/schema/data-types.ts';
import { flowSchema } from '../../flow/schema/flow-schema.ts';
import { inputSchema } from '../../flow/schema/input-schemas.ts';
import { retrySchemas } from '../../flow/schema/retry-schema.ts';
import { taskSchema } from '../../flow/schema/task-schema.ts';
import { pluginTriggerSchema, triggerSchema, triggerTypes } from '../../flow/schema/trigger-schemas.ts';
import type { Catalog, Declaration, TaskDeclaration } from '../../model/catalog.ts';
import { type Json, objectJson } from './property-json.ts';

const ref = (name: string): Json => ({ $ref: `#/$defs/${name}` });
const list = (name: string): Json => ({ type: 'array', items: ref(name) });

/**
 * The schema of a flow's YAML. What has a `type` is chosen by it (`if`, `then`), so that an editor offers and checks the
 * properties of the chosen type only.
 */
export function flowJsonSchema(catalog: Catalog): Json {
  const names = catalog.names();
  const tasks = names.flatMap(name => catalog.task(name) ?? []);
  const runners = names.flatMap(name => catalog.runner(name) ?? []);
  const flow = objectJson(flowSchema(), false);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Flow',
    ...withProperties(flow, {
      tasks: list('task'),
      errors: list('task'),
      finally: list('task'),
      afterExecution: list('task'),
      inputs: list('input'),
      triggers: list('trigger'),
      retry: ref('retry'),
    }),
    $defs: {
      task: chosenByType(
        'Task',
        tasks.map(({ type, aliases }) => ({ type, aliases, schema: ref(type) })),
      ),
      runner: chosenByType(
        'Task runner',
        runners.map(({ type, aliases }) => ({ type, aliases, schema: ref(type) })),
      ),
      input: chosenByType(
        'Input',
        dataTypes.map(type => ({ type, schema: objectJson(inputSchema(type), false) })),
      ),
      trigger: triggers(),
      retry: chosenByType(
        'Retry',
        Object.entries(retrySchemas()).map(([type, each]) => ({ type, schema: objectJson(each, false) })),
      ),
      ...Object.fromEntries(tasks.map(each => [each.type, taskJson(each)])),
      ...Object.fromEntries(runners.map(each => [each.type, runnerJson(each)])),
    },
  };
}

/** All properties of a task of that type: those of every task, its own, its branches. */
export function taskJson(declaration: TaskDeclaration): Json {
  const common = withProperties(objectJson(taskSchema(), false), { retry: ref('retry') });
  const own = objectJson(declaration.schema(), true);
  const ownProperties = own.properties as Json;
  const branches = declaration.branches ?? [];
  const { type: _, ...shared } = common.properties as Json;
  return {
    title: declaration.title,
    type: 'object',
    properties: {
      type: {},
      ...shared,
      ...ownProperties,
      ...(ownProperties.taskRunner !== undefined && {
        taskRunner: { ...described(ownProperties.taskRunner as Json), ...ref('runner') },
      }),
      ...Object.fromEntries(
        branches.map(({ property, shape }) => [property, { ...branchTitle(property), ...branchJson(shape) }]),
      ),
    },
    required: [
      'id',
      'type',
      ...((own.required ?? []) as string[]),
      ...branches.filter(({ required }) => required).map(({ property }) => property),
    ],
    additionalProperties: false,
  };
}

/** All properties of a task runner. */
export function runnerJson(declaration: Declaration): Json {
  const own = objectJson(declaration.schema(), true);
  const properties = { version: { type: 'string' }, ...(own.properties as Json), type: {} };
  return { title: declaration.title, ...own, properties, additionalProperties: false };
}

/** The tasks within a task are in no schema of a type's own properties, so what they are is said here. */
const branchTitles: Readonly<Record<string, string>> = {
  tasks: 'The tasks in it',
  errors: 'Tasks that run when one of its tasks has failed',
  finally: 'Tasks that run at its end, whatever happened',
  // biome-ignore lint/suspicious/noThenProperty: a property of the task type If
  then: 'Tasks that run when the condition is true',
  else: 'Tasks that run when the condition is false',
  cases: 'Tasks by the value for which they run',
  defaults: 'Tasks that run when no case fits',
  onPause: 'A task that runs when the pause begins',
};

function branchTitle(property: string): Json {
  const title = branchTitles[property];
  return title === undefined ? {} : { title };
}

function branchJson(shape: 'list' | 'map' | 'dag' | 'runnable'): Json {
  if (shape === 'list') return list('task');
  if (shape === 'map') return { type: 'object', additionalProperties: list('task') };
  if (shape === 'runnable') return ref('task');
  const dependsOn = { type: 'array', items: { type: 'string' } };
  const item = { type: 'object', properties: { task: ref('task'), dependsOn }, required: ['task'] };
  return { type: 'array', items: { ...item, additionalProperties: false } };
}

/** Triggers of plugins have properties that are not known here. */
function triggers(): Json {
  const known = triggerTypes().map(type => ({ type, schema: objectJson(triggerSchema(type), false) }));
  const { properties, ...rest } = chosenByType('Trigger', known);
  const any = objectJson(pluginTriggerSchema(), false).properties as Json;
  return { ...rest, properties: { ...any, type: { anyOf: [(properties as Json).type, { type: 'string' }] } } };
}

interface Choice {
  readonly type: string;
  readonly aliases?: readonly string[];
  readonly schema: Json;
}

function chosenByType(title: string, choices: readonly Choice[]): Json {
  const aliases = choices.flatMap(choice => choice.aliases ?? []);
  const types = { title: 'Type', enum: choices.map(({ type }) => type) };
  return {
    title,
    type: 'object',
    required: ['type'],
    properties: {
      type: aliases.length === 0 ? types : { anyOf: [types, { enum: aliases, deprecated: true }] },
    },
    allOf: choices.map(({ type, aliases: others = [], schema }) => ({
      if: {
        properties: { type: others.length === 0 ? { const: type } : { enum: [type, ...others] } },
        required: ['type'],
      },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: schema,
    })),
  };
}

function withProperties(json: Json, changed: Json): Json {
  const properties = Object.entries(json.properties as Record<string, Json>);
  return {
    ...json,
    properties: Object.fromEntries(
      properties.map(([key, each]) => [
        key,
        changed[key] === undefined ? each : { ...described(each), ...(changed[key] as Json) },
      ]),
    ),
  };
}

function described({ title, description, markdownDescription }: Json): Json {
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(markdownDescription !== undefined && { markdownDescription }),
  };
}
