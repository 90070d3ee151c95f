/** What a task starts, in the words of the engine that it is started by: for people to read, compare and try. */
import { isUtf8 } from 'node:buffer';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { RunSpec } from '../model/run.ts';
import type { ValueMap } from '../model/value.ts';
import { dockerRunLine, shellWord } from '../runners/docker/command-line.ts';
import { dockerDeclaration } from '../runners/docker/declaration.ts';
import { readSettings as readDockerSettings } from '../runners/docker/settings.ts';
import { carriersFor } from '../runners/kubernetes/carriers.ts';
import { kubernetesDeclaration } from '../runners/kubernetes/declaration.ts';
import { podObject } from '../runners/kubernetes/pod-spec.ts';
import { readSettings as readKubernetesSettings } from '../runners/kubernetes/settings.ts';
import type { Carried } from '../worker/carried.ts';
import type { PlannedRun } from '../worker/plan-task.ts';
import { masked } from './masked.ts';

/** A file that is larger is named instead of written into the form. */
const mostBytes = 64 * 1024;

/**
 * A `docker run` line, with lines before it that make the working directory and its files; or the YAML of a pod.
 * Undefined for local processes.
 */
export async function nativeForm(
  planned: PlannedRun,
  config: ValueMap,
  taskId: string,
  carried: Carried,
): Promise<string | undefined> {
  const { plan, workDir } = planned;
  const { image } = plan;
  if (image === undefined) return undefined;
  if (plan.runner.type === dockerDeclaration.type) return dockerForm(planned, image, config, carried);
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

async function dockerForm(
  { plan, workDir }: PlannedRun,
  image: string,
  config: ValueMap,
  carried: Carried,
): Promise<string> {
  const { outputDir } = plan;
  await mkdir(outputDir, { recursive: true });
  await plan.writeFiles();
  const files = await filesBelow(workDir);
  // Masked before it is quoted: to a shell, asterisks are file names.
  const argv = plan.argv.map(word => carried.secrets.mask(word));
  const env = masked(carried, plan.env) as Readonly<Record<string, string>>;
  const line = dockerRunLine({ image, argv, env, workDir }, readDockerSettings(config));
  const folders = [...new Set([outputDir, ...files.map(path => dirname(path))])];
  const names = [...new Set([workDir, ...folders])].map(path => shellWord(relative(workDir, path) || '.'));
  const written = await Promise.all(files.map(path => writing(workDir, path, text => carried.secrets.mask(text))));
  // Whoever the program runs as may write there, as with the runner.
  const made = `mkdir -p ${folders.map(shellWord).join(' ')} && cd ${shellWord(workDir)} && chmod 777 ${names.join(' ')}`;
  return [made, ...written, line].join('\n');
}

/** Everything below a folder that is not a folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter(entry => !entry.isDirectory()).map(entry => join(entry.parentPath, entry.name));
}

/** Text only: a secret within anything else would not be masked. */
async function writing(workDir: string, path: string, mask: (text: string) => string): Promise<string> {
  const name = relative(workDir, path);
  const content = await readFile(path);
  if (content.length <= mostBytes && isUtf8(content) && !content.includes(0))
    return `printf %s ${shellWord(mask(content.toString()))} > ${shellWord(name)}`;
  return `# Put ${name} there: ${content.length} bytes.`;
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
