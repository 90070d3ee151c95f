import { join } from 'node:path';
import { z } from 'zod';
import { renderDeepTyped } from '../../expression/index.ts';
import { type RenderContext, variablesOf } from '../../expression/render-context.ts';
import { writeInputFiles } from '../../files/input-files.ts';
import { writeJson } from '../../model/json.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import type { JsonMap, KubernetesConfig } from '../../runners/kubernetes/settings.ts';
import type { RunOutcome } from '../../runs/run-plan.ts';
import { fileSources } from '../file-sources.ts';
import { flagProperty, mapProperty, textListProperty, textProperty } from '../properties.ts';
import { anyMap, inputFiles, textList } from '../property-schemas.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';
import { takeTokenProvider } from '../token-provider.ts';
import { clusterProperties } from './schema.ts';

/** The paths of the files in a pod, as the Kubernetes runner has them. */
const podWorkDir = '/kestra/working-dir';

/** Creates a pod as its user wrote it, follows it to its end, and removes it. */
export const podCreate: RunnableTaskType = {
  type: 'io.kestra.plugin.kubernetes.core.PodCreate',
  aliases: ['io.kestra.plugin.kubernetes.PodCreate'],
  title: 'Run a pod of a Kubernetes cluster to its end',
  kind: 'runnable',
  startsProgram: true,
  schema: podCreateSchema,
  async run(context) {
    const { task, expressions: base, workDir, config } = context;
    const { properties } = task;
    if (/[1-9]/.test((await textProperty(properties.waitUntilReady, base)) ?? '')) {
      throw new TaskError('waitUntilReady: only PT0S is there: the task ends with the pod, ready or not.');
    }
    const globs = await textListProperty('outputFiles', properties.outputFiles, base);
    const expressions = withVariables(base, {
      workingDir: podWorkDir,
      outputFiles: Object.fromEntries(globs.map(name => [name, `${podWorkDir}/${name}`])),
    });
    const files = await renderDeepTyped(properties.inputFiles ?? {}, base);
    checkFiles(files);
    const map = async (name: string) => plain(await mapProperty(name, properties[name], expressions));
    const pod = {
      metadata: await map('metadata'),
      spec: await map('spec'),
      defaults: await map('containerDefaultSpec'),
    };
    const { createPodRunner } = await import('./pod-runner.ts');
    const { defaultParts, reservedNames } = await import('./created-pod.ts');
    warnOfReserved(pod.spec, reservedNames, context);
    const inherited = await flagProperty('inheritClusterConfig', properties.inheritClusterConfig, false, base);
    const named = properties.connection !== undefined && !inherited;
    const { connection: written, source } = await takeTokenProvider(properties.connection, context);
    const connection = named ? await mapProperty('connection', written, base) : undefined;
    const sidecar = await mapProperty('fileSidecar', properties.fileSidecar, base);
    const sidecarDefaults = isMap(sidecar.defaultSpec) ? plain(sidecar.defaultSpec as ValueMap) : pod.defaults;
    const text = async (name: string, fallback: string) => (await textProperty(properties[name], base)) ?? fallback;
    const flag = (name: string) => flagProperty(name, properties[name], true, base);
    const runnerConfig: KubernetesConfig = {
      ...(named && source),
      ...(connection && { config: connection }),
      namespace: await text('namespace', 'default'),
      delete: await flag('delete'),
      resume: await flag('resume'),
      fileSidecar: { image: sidecar.image ?? 'busybox', resources: sidecar.resources ?? null },
      fileSideCarSpec: defaultParts(sidecarDefaults) as ValueMap,
      pullPolicy: 'IF_NOT_PRESENT',
      waitUntilRunning: await text('waitUntilRunning', 'PT10M'),
      waitUntilCompletion: await text('waitRunning', 'PT1H'),
      waitForLogs: await text('waitForLogInterval', 'PT30S'),
    };
    const inputs = isMap(files) && Object.keys(files).length > 0;
    const ended = await context.run({
      runner: createPodRunner({ pod, inputs }, config.environmentVariables),
      runnerConfig,
      argv: [],
      env: {},
      outputDir: join(workDir, `.${context.taskRun.id}`),
      outputFiles: globs,
      writeFiles: () => writeInputFiles(workDir, files, fileSources(context)),
    });
    return result(ended);
  },
};

function result({ outcome, vars, outputFiles, details = {} }: RunOutcome): { state: 'SUCCESS'; outputs: ValueMap } {
  const outputs = { ...details, vars, outputFiles };
  if (outcome.kind === 'exited' && outcome.exitCode === 0) return { state: 'SUCCESS', outputs };
  if (outcome.kind !== 'exited') throw new TaskError(outcome.detail ?? 'The pod was stopped.', outputs);
  const why = outcome.detail === undefined ? '' : `: ${outcome.detail}`;
  throw new TaskError(`A container of the pod failed with exit code ${outcome.exitCode}${why}`, outputs);
}

function podCreateSchema() {
  const wait = (title: string, fallback: string) => z.string().default(fallback).meta({ title });
  return z.strictObject({
    ...clusterProperties(),
    metadata: anyMap()
      .optional()
      .meta({ title: 'Metadata of the pod', description: 'Labels of the execution, flow and task run are added.' }),
    spec: anyMap().meta({ title: 'Specification of the pod', description: 'restartPolicy is Never when absent.' }),
    delete: z.boolean().default(true).meta({ title: 'Delete the pod when it has ended' }),
    resume: z.boolean().default(true).meta({ title: 'Take over the pod of a task run that is already there' }),
    waitUntilRunning: wait('Longest time until a container runs', 'PT10M'),
    waitRunning: wait('Longest time from creation to the end', 'PT1H'),
    waitForLogInterval: wait('How long a log that cannot be read is asked for again after the end', 'PT30S'),
    waitUntilReady: wait('Only PT0S: readiness is not waited for', 'PT0S'),
    inputFiles: inputFiles().optional(),
    outputFiles: textList().optional().meta({
      title: 'Files to bring back from {{ workingDir }}',
      description: 'Names or patterns. Brought by a container that is added to the pod.',
    }),
    fileSidecar: z
      .strictObject({
        image: z.string().default('busybox').meta({ title: 'Image' }),
        resources: anyMap().optional().meta({ title: 'Resources', description: 'requests and limits.' }),
        defaultSpec: anyMap()
          .optional()
          .meta({ title: 'More of their specification', description: 'containerDefaultSpec when absent.' }),
      })
      .optional()
      .meta({ title: 'The containers that carry files in and out' }),
    containerDefaultSpec: anyMap().optional().meta({
      title: 'For every container',
      description: 'securityContext, volumeMounts, resources and env; what a container itself says wins.',
    }),
  });
}

/** What an earlier task should have made is missed before anything is created. */
function checkFiles(files: Value): void {
  if (!isMap(files)) return;
  for (const [name, value] of Object.entries(files)) {
    if (value !== null && value !== '') continue;
    throw new TaskError(
      `Input file '${name}' references a null or empty value. Please verify that the upstream task output exists.`,
    );
  }
}

function warnOfReserved(
  { containers, initContainers }: JsonMap,
  reserved: readonly unknown[],
  context: TaskContext,
): void {
  for (const container of [containers, initContainers].flat()) {
    const name = (container as JsonMap | null | undefined)?.name;
    if (name !== undefined && reserved.includes(name)) {
      context.log('WARN', `The container ${name} is left out: its name is kept for the one that carries files.`);
    }
  }
}

function withVariables(base: RenderContext, added: ValueMap): RenderContext {
  return { ...base, variables: variablesOf(added, base.variables) };
}

function plain(map: ValueMap): JsonMap {
  return JSON.parse(writeJson(map)) as JsonMap;
}
