/** What a task starts, in the words of the engine that it is started by: for people to read, compare and try. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RunSpec } from '../model/run.ts';
import type { ValueMap } from '../model/value.ts';
import { dockerRunLine } from '../runners/docker/command-line.ts';
import { dockerDeclaration } from '../runners/docker/declaration.ts';
import { readSettings as readDockerSettings } from '../runners/docker/settings.ts';
import { carriersFor } from '../runners/kubernetes/carriers.ts';
import { kubernetesDeclaration } from '../runners/kubernetes/declaration.ts';
import { podObject } from '../runners/kubernetes/pod-spec.ts';
import { readSettings as readKubernetesSettings } from '../runners/kubernetes/settings.ts';
import type { Carried } from '../worker/carried.ts';
import type { PlannedRun } from '../worker/plan-task.ts';
import { masked } from './masked.ts';

/** A `docker run` line, or the YAML of a pod; undefined for local processes. */
export async function nativeForm(
  planned: PlannedRun,
  config: ValueMap,
  taskId: string,
  carried: Carried,
): Promise<string | undefined> {
  const { plan, workDir } = planned;
  const { image, argv, env } = plan;
  if (image === undefined) return undefined;
  if (plan.runner.type === dockerDeclaration.type) {
    return dockerRunLine({ image, argv, env, workDir }, readDockerSettings(config));
  }
  if (plan.runner.type !== kubernetesDeclaration.type) return undefined;
  const spec = specOf(planned, taskId, carried);
  const settings = readKubernetesSettings(config);
  // Which containers carry files depends on the names in the working directory; this one is removed at the end.
  await mkdir(workDir, { recursive: true });
  for (const name of planned.filesIn) {
    await mkdir(dirname(join(workDir, name)), { recursive: true });
    await writeFile(join(workDir, name), '');
  }
  const { stringify } = await import('yaml');
  // The files here are empty stand-ins, so nothing can be left out.
  const carriers = await carriersFor(spec, settings, () => {});
  const pod = podObject(spec, image, settings, carriers);
  // Masked before it is written: a text of asterisks needs quotes in YAML.
  return stringify(masked(carried, pod), { lineWidth: 0 });
}

function specOf({ plan, workDir }: PlannedRun, taskId: string, { state, environment }: Carried): RunSpec {
  const { execution } = state;
  return {
    runId: basename(workDir),
    owner: environment.store.ownerId,
    labels: {
      'kestra.io/namespace': execution.namespace,
      'kestra.io/flow-id': execution.flowId,
      'kestra.io/task-id': taskId,
      'kestra.io/execution-id': execution.id,
    },
    argv: plan.argv,
    env: plan.env,
    workDir,
    outputDir: plan.outputDir,
    runDir: workDir,
    wanted: plan.outputFiles,
    shared: false,
  };
}
