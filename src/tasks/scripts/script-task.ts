/** How a script task runs: from its properties to one run of a program, the same for all languages. */
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderDeep, renderDeepTyped } from '../../expression/index.ts';
import { type RenderContext, variablesOf } from '../../expression/render-context.ts';
import { writeInputFiles } from '../../files/input-files.ts';
import { compileGlobs, GlobError } from '../../files/java-glob.ts';
import { removeFolder } from '../../files/remove-folder.ts';
import type { TaskResult } from '../../model/execution.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import type { TaskRunner } from '../../runners/runner.ts';
import type { LineCounts } from '../../runs/run-plan.ts';
import { fileSources } from '../file-sources.ts';
import { textListProperty, textMapProperty, textProperty } from '../properties.ts';
import { type TaskContext, TaskError } from '../task-type.ts';
import { type Language, programOf } from './languages.ts';
import { copyNamespaceFiles, readNamespaceFiles } from './namespace-files.ts';
import { type PythonDependencies, readPythonDependencies } from './python-dependencies.ts';
import { runResult } from './run-result.ts';
import { readProgram } from './script-program.ts';
import type { ScriptKind } from './script-schema.ts';
import { StorageReferences } from './storage-references.ts';

const dockerRunner = 'io.kestra.plugin.scripts.runner.docker.Docker';

/** Gives the runner of a type; its code is loaded then, not before. @throws TaskError for an unknown type */
export interface Runners {
  get(type: string): Promise<TaskRunner>;
}

/** What the older script tasks do in another way. */
export interface OlderForm {
  /** Rendered with all names that commands may use. */
  commands(expressions: RenderContext): Promise<readonly string[]>;
  /** More such names. */
  variables(outputDir: string): ValueMap;
  /** Input files that the task brings along. */
  readonly files: Readonly<Record<string, string>>;
  /** Makes what `variables` named. @param outputDir on this machine, empty */
  prepare(outputDir: string): Promise<void>;
  /** More outputs. */
  counts(lines: LineCounts): ValueMap;
}

/** Runs one attempt of a task of that language. */
export async function runScript(
  language: Language,
  kind: ScriptKind,
  runners: Runners,
  context: TaskContext,
  older?: OlderForm,
): Promise<TaskResult> {
  const { workDir, expressions: base } = context;
  const { properties } = context.task;
  const chosen = await chooseRunner(runners, context);
  const { runner } = chosen;
  context.log('DEBUG', `Using task runner '${chosen.type}'`);

  const outputDir = join(workDir, outputFolderName(context, runner));
  const paths = runner.paths({ workDir, outputDir });
  const { workingDir } = paths;
  const placed = withVariables(base, paths);
  const config = await runnerConfig(chosen, kind === 'Script' ? language : undefined, context, placed);
  const globs = await textListProperty('outputFiles', properties.outputFiles, base);
  checkGlobs(globs);
  const expressions = withVariables(placed, {
    outputFiles: namedFiles(globs, workingDir),
    ...older?.variables(paths.outputDir),
  });
  const local = !runner.capabilities.needsImage;
  const references = new StorageReferences(name => `${workingDir}/${name}`);
  const form = { language, kind, ...(older && { commands: older.commands }) };
  const program = await readProgram(form, { workingDir, local, expressions, references }, context);

  const namespaceFiles = await readNamespaceFiles(properties.namespaceFiles, context);
  const inputFiles = properties.inputFiles === undefined ? {} : await renderDeep(properties.inputFiles, expressions);
  const image = local
    ? undefined
    : (legacyImage(config) ?? (await textProperty(properties.containerImage, expressions)) ?? language.image);
  const own = checkedVariables(await textMapProperty('env', properties.env, expressions));
  const env = { ...own, ...language.env, WORKING_DIR: workingDir, OUTPUT_DIR: paths.outputDir };
  const dependencies =
    language.name === 'python' ? await readPythonDependencies(context, { image, workingDir, env }) : undefined;

  const ended = await context.run({
    runner,
    runnerConfig: config,
    ...(image !== undefined && { image }),
    argv: program.argv,
    env: dependencies ? { ...env, PYTHONPATH: pythonPath(dependencies, env, local, context) } : env,
    outputDir,
    outputFiles: globs,
    async writeFiles() {
      if (namespaceFiles) await copyNamespaceFiles(namespaceFiles, context);
      await writeInputFiles(workDir, inputFiles, fileSources(context));
      const brought = { ...older?.files, ...Object.fromEntries(references.files()) };
      await writeInputFiles(workDir, brought, { storage: context.storage });
      await dependencies?.provide();
      if (program.file) await writeFile(join(workDir, program.file.name), program.file.text);
      await removeFolder(outputDir);
      mkdirSync(outputDir);
      await older?.prepare(outputDir);
    },
  });
  const { windowsLineEnds } = program;
  const result = runResult(ended, { image, windowsLineEnds, runBy: program.file && programOf(language) });
  context.log('DEBUG', 'Command succeed with exit code 0');
  const count = Object.keys(ended.outputFiles).length;
  if (count > 0) context.log('DEBUG', `Captured ${count} output file(s).`);
  return older ? { ...result, outputs: { ...result.outputs, ...older.counts(ended.lines) } } : result;
}

interface Chosen {
  readonly runner: TaskRunner;
  readonly type: string;
  /** As the flow has it. */
  readonly given: ValueMap;
}

async function chooseRunner(runners: Runners, { task }: TaskContext): Promise<Chosen> {
  const { taskRunner } = task.properties;
  const given = isMap(taskRunner) ? taskRunner : { type: dockerRunner };
  const type = typeof given.type === 'string' ? given.type : dockerRunner;
  return { runner: await runners.get(type), type, given };
}

async function runnerConfig(
  { runner, given }: Chosen,
  scripts: Language | undefined,
  context: TaskContext,
  expressions: RenderContext,
): Promise<ValueMap> {
  const { connection, source } = await connectionOf(given.config, context);
  const written = connection === undefined ? given : { ...given, config: connection };
  const rendered = await renderDeepTyped(written, expressions);
  const user = runner.type === dockerRunner && scripts?.scriptUser !== undefined ? { user: scripts.scriptUser } : {};
  return { ...user, ...(isMap(rendered) && rendered), ...source };
}

async function connectionOf(config: Value | undefined, context: TaskContext) {
  if (!isMap(config) || config.oauthTokenProvider === undefined) return { connection: config, source: {} };
  return (await import('../token-provider.ts')).takeTokenProvider(config, context);
}

/** The image that the deprecated `docker` property named. */
function legacyImage(config: ValueMap): string | undefined {
  return typeof config.image === 'string' && config.image !== '' ? config.image : undefined;
}

/**
 * The same name for the same task run, so that a run that is taken over finds it. Kestra's Process always shows an
 * empty directory beside the files, a container only where one is asked for (conformance sh-inputfiles-null,
 * dk-inputfiles); there a hidden name keeps it out of `ls`.
 */
function outputFolderName({ task, taskRun }: TaskContext, runner: TaskRunner): string {
  const asked = task.properties.outputDirectory === true || task.properties.outputDirectory === 'true';
  return asked || !runner.capabilities.needsImage ? taskRun.id : `.${taskRun.id}`;
}

function withVariables(base: RenderContext, added: ValueMap): RenderContext {
  return { ...base, variables: variablesOf(added, base.variables) };
}

/** `{{ outputFiles['a.txt'] }}` is where to write a file that is named without a pattern. */
function namedFiles(globs: readonly string[], workingDir: string): ValueMap {
  return Object.fromEntries(globs.filter(glob => !/[*?[]/.test(glob)).map(name => [name, `${workingDir}/${name}`]));
}

/** A pattern that cannot be read is said before the program runs, not after. */
function checkGlobs(globs: readonly string[]): void {
  try {
    compileGlobs(globs);
  } catch (error) {
    throw error instanceof GlobError ? new TaskError(`outputFiles: ${error.message}`) : error;
  }
}

/** What no system can pass to a program is said by name. */
function checkedVariables(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || /[=\0]/.test(name)) {
      throw new TaskError(
        `env: ${JSON.stringify(name)} cannot be the name of a variable: it is empty or has "=" in it.`,
      );
    }
    if (value.includes('\0')) throw new TaskError(`env: the value of ${name} has a zero character in it.`);
  }
  return env;
}

/** The installed packages first, then what the task or, for a local program, this process has on it. */
function pythonPath(
  { pythonPath: installed }: PythonDependencies,
  env: Readonly<Record<string, string>>,
  local: boolean,
  { config }: TaskContext,
): string {
  const inherited = env.PYTHONPATH ?? (local ? config.environmentVariables.PYTHONPATH : undefined);
  return [installed, inherited].filter(path => path).join(':');
}
