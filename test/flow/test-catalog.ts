/** A small catalog in the shape of the real one: what the reader of flows must deal with, and nothing else. */
import { z } from 'zod';
import type { Catalog, Declaration, TaskDeclaration } from '../../src/model/catalog.ts';

const errorBranches = [
  { property: 'errors', required: false, shape: 'list' },
  { property: 'finally', required: false, shape: 'list' },
] as const;

const list = z.union([z.string(), z.array(z.string())]);

function task(
  type: string,
  kind: TaskDeclaration['kind'],
  shape: () => z.ZodRawShape,
  rest: Partial<TaskDeclaration> = {},
): TaskDeclaration {
  return { type, aliases: [], title: type, kind, schema: () => z.strictObject(shape()), ...rest };
}

function flowable(name: string, shape: () => z.ZodRawShape, rest: Partial<TaskDeclaration>): TaskDeclaration {
  return task(`io.kestra.plugin.core.flow.${name}`, 'flowable', shape, {
    ...rest,
    branches: [...(rest.branches ?? []), ...errorBranches],
  });
}

const children = { property: 'tasks', required: true, shape: 'list' } as const;

const tasks: readonly TaskDeclaration[] = [
  task(
    'io.kestra.plugin.core.log.Log',
    'runnable',
    () => ({ message: list, level: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']).optional() }),
    { aliases: ['io.kestra.core.tasks.log.Log'] },
  ),
  task('io.kestra.plugin.core.debug.Return', 'runnable', () => ({ format: z.string().optional() })),
  task('io.kestra.plugin.core.output.OutputValues', 'runnable', () => ({ values: z.record(z.string(), z.unknown()) })),
  task('io.kestra.plugin.core.execution.Fail', 'runnable', () => ({
    condition: z.string().optional(),
    errorMessage: z.string().optional(),
  })),
  task('io.kestra.plugin.core.execution.Labels', 'immediate', () => ({ labels: z.unknown() })),
  task('io.kestra.plugin.scripts.shell.Commands', 'runnable', () => ({
    commands: list,
    beforeCommands: list.optional(),
    containerImage: z.string().optional(),
    taskRunner: z.looseObject({ type: z.string() }).optional(),
    interpreter: list.optional(),
    failFast: z.union([z.boolean(), z.string()]).optional(),
    env: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
    inputFiles: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
    outputFiles: list.optional(),
    outputDirectory: z.boolean().optional(),
    warningOnStdErr: z.boolean().optional(),
  })),
  flowable('Sequential', () => ({}), { branches: [children] }),
  flowable('Parallel', () => ({ concurrent: z.int().min(0).optional() }), { branches: [children] }),
  flowable('AllowFailure', () => ({}), { branches: [children] }),
  flowable('WorkingDirectory', () => ({ inputFiles: z.unknown().optional(), outputFiles: list.optional() }), {
    branches: [children],
  }),
  flowable(
    'ForEach',
    () => ({ values: z.union([z.string(), z.array(z.unknown())]), concurrencyLimit: z.int().optional() }),
    {
      branches: [children],
    },
  ),
  flowable('If', () => ({ condition: z.string() }), {
    branches: [
      { property: 'then', required: true, shape: 'list' },
      { property: 'else', required: false, shape: 'list' },
    ],
  }),
  flowable('Switch', () => ({ value: z.string() }), {
    branches: [
      { property: 'cases', required: false, shape: 'map' },
      { property: 'defaults', required: false, shape: 'list' },
    ],
    check: properties =>
      properties.cases === undefined && properties.defaults === undefined
        ? [{ path: '', message: 'No task defined, neither cases or default have any tasks' }]
        : [],
  }),
  flowable('Dag', () => ({ concurrent: z.int().optional() }), {
    branches: [{ property: 'tasks', required: true, shape: 'dag' }],
  }),
  flowable('Pause', () => ({ onResume: z.array(z.unknown()).optional() }), {}),
  flowable('Subflow', () => ({ namespace: z.string(), flowId: z.string(), wait: z.boolean().optional() }), {}),
];

const runners: readonly Declaration[] = [
  {
    type: 'io.kestra.plugin.core.runner.Process',
    aliases: ['io.kestra.core.models.tasks.runners.types.ProcessTaskRunner'],
    title: 'Process',
    schema: () => z.strictObject({}),
  },
  {
    type: 'io.kestra.plugin.scripts.runner.docker.Docker',
    aliases: [],
    title: 'Docker',
    schema: () =>
      z.strictObject({
        host: z.string().optional(),
        config: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
        pullPolicy: z.enum(['IF_NOT_PRESENT', 'ALWAYS', 'NEVER']).optional(),
        cpu: z.strictObject({ cpus: z.union([z.number(), z.string()]).optional() }).optional(),
        memory: z.strictObject({ memory: z.string().optional() }).optional(),
        volumes: z.array(z.string()).optional(),
        user: z.string().optional(),
        delete: z.union([z.boolean(), z.string()]).optional(),
      }),
  },
];

const known = new Set([
  'io.kestra.plugin.core.kv.Set',
  'io.kestra.plugin.core.state.Get',
  'io.kestra.plugin.scripts.shel.Commands',
]);

function find<T extends Declaration>(declarations: readonly T[], type: string): T | undefined {
  return declarations.find(declaration => declaration.type === type || declaration.aliases.includes(type));
}

export const testCatalog: Catalog = {
  task: type => find(tasks, type),
  runner: type => find(runners, type),
  isKnown: type => known.has(type),
  insteadOf: () => undefined,
  names: () => [...tasks, ...runners].map(declaration => declaration.type),
};
