/** The `dependencies` of Python tasks: installed on this machine, once for each set, and put beside the script. */
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { libraryFolder } from '../../files/library-folder.ts';
import { type LocalProgramEnd, runLocalProgram } from '../local-program.ts';
import { choiceProperty, flagProperty, textListProperty, textProperty } from '../properties.ts';
import { type TaskContext, TaskError } from '../task-type.ts';
import { localPython, targetVersion } from './python-version.ts';

/** As in Kestra, for images whose tag does not tell. */
const defaultVersion = '3.13';

const managers = ['UV', 'PIP'] as const;

/** What is to be installed, for which Python, by what. */
export interface PythonDependencies {
  /** The folder that goes on PYTHONPATH, as the program sees it. */
  readonly pythonPath: string;
  /** Installs, or takes what an earlier run installed. @throws TaskError with the installer's words */
  provide(): Promise<void>;
}

export interface PythonTarget {
  /** The image that the program runs in; undefined on this machine. */
  readonly image: string | undefined;
  /** The working directory as the program sees it. */
  readonly workingDir: string;
  /** The task's own environment: PIP_* and UV_* of it reach the installer (a private index). */
  readonly env: Readonly<Record<string, string>>;
}

/** Reads the properties; undefined when there are no dependencies. */
export async function readPythonDependencies(
  context: TaskContext,
  { image, workingDir, env }: PythonTarget,
): Promise<PythonDependencies | undefined> {
  const { properties } = context.task;
  const { expressions, workDir } = context;
  const wanted = (await textListProperty('dependencies', properties.dependencies, expressions))
    .map(line => line.trim())
    .filter(line => line !== '');
  if (wanted.length === 0) return undefined;
  const manager = await choiceProperty('packageManager', properties.packageManager, managers, 'UV', expressions);
  const cached = await flagProperty('dependencyCacheEnabled', properties.dependencyCacheEnabled, true, expressions);
  const version = await textProperty(properties.pythonVersion, expressions);
  const own = Object.entries(env).filter(([name]) => /^(PIP|UV)_/.test(name));
  const installerEnv = { ...context.config.environmentVariables, ...Object.fromEntries(own) };
  const python = await localPython(image === undefined ? version : undefined, { ...context, env: installerEnv });
  const target = targetVersion(version, image) ?? (image === undefined ? python?.version : defaultVersion);
  if (image !== undefined && targetVersion(version, image) === undefined) {
    context.log(
      'WARN',
      `The image ${image} does not tell its version of Python; ${defaultVersion} is assumed. Name it with \`pythonVersion\`.`,
    );
  }
  const installation: Installation = { wanted, manager, python, target, env: installerEnv };
  const shared = cached ? join(cacheRoot(installerEnv, workDir), keyOf(installation, own)) : undefined;
  const beside = join(workDir, libraryFolder);
  // A local program reads the cache where it is; a container needs the files in what is copied to it.
  const direct = image === undefined && shared !== undefined;
  return {
    pythonPath: direct ? shared : `${workingDir}/${libraryFolder}`,
    async provide() {
      if (!direct) await rm(beside, { recursive: true, force: true });
      if (shared === undefined) return await install(installation, beside, context);
      await provideShared(shared, installation, context);
      if (!direct) await cp(shared, beside, { recursive: true, verbatimSymlinks: true });
    },
  };
}

interface Installation {
  readonly wanted: readonly string[];
  readonly manager: (typeof managers)[number];
  /** The Python of this machine. */
  readonly python: { readonly program: string; readonly version: string } | undefined;
  /** `3.12`: the Python that will use the packages, where it is known. */
  readonly target: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** What is installed at this moment, by folder: a second task waits instead of doing the same. */
const underWay = new Map<string, Promise<void>>();

async function provideShared(folder: string, installation: Installation, context: TaskContext): Promise<void> {
  while (!(await stat(folder).catch(() => undefined))) {
    const other = underWay.get(folder);
    if (other) {
      // Its failure or its kill is not ours: then we try ourselves.
      await other.catch(() => {});
      context.signal.throwIfAborted();
      continue;
    }
    const work = installShared(folder, installation, context).finally(() => underWay.delete(folder));
    underWay.set(folder, work);
    return await work;
  }
  context.log('DEBUG', `Python dependencies come from the cache: ${folder}`);
}

/** Another process may do the same: each installs aside, and the first to rename wins. */
async function installShared(folder: string, installation: Installation, context: TaskContext): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true, mode: 0o700 });
  const aside = await mkdtemp(`${folder}.new-`);
  // A container may run as somebody else.
  await chmod(aside, 0o755);
  try {
    await install(installation, aside, context);
    await rename(aside, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function install(installation: Installation, folder: string, context: TaskContext): Promise<void> {
  await mkdir(folder, { recursive: true });
  const list = join(folder, 'requirements.txt');
  await writeFile(list, `${installation.wanted.join('\n')}\n`);
  const started = performance.now();
  const options = { cwd: folder, env: installation.env, signal: context.signal };
  for (const command of commandsFor(installation, folder, list)) {
    context.log('DEBUG', `Installing Python dependencies: ${command.join(' ')}`);
    const end = await runLocalProgram(command, options);
    if (end.kind === 'missing' || isWithoutPip(end)) continue;
    if (end.code !== 0) {
      const words = (end.stderr.trim() || end.stdout.trim()).slice(-2000);
      throw new TaskError(`The Python dependencies could not be installed (exit code ${end.code}): ${words}`);
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(3);
    context.log('DEBUG', `Installed ${installation.wanted.length} Python dependencies in PT${seconds}S`);
    return;
  }
  throw new TaskError(
    'The Python dependencies could not be installed: there is neither uv nor pip on this machine. Install one of ' +
      'them, or install the packages in `beforeCommands`, such as `pip install pandas`.',
  );
}

function isWithoutPip(end: Extract<LocalProgramEnd, { kind: 'ended' }>): boolean {
  return end.code !== 0 && /No module named pip\b/.test(end.stderr);
}

/** Ways to install, best first; the next is tried where a program is missing. uv is never downloaded. */
function commandsFor({ manager, python, target, env }: Installation, folder: string, list: string): string[][] {
  const uvPrograms = [env.UV_PATH, 'uv', env.HOME && `${env.HOME}/.local/bin/uv`].filter(name => name !== undefined);
  const uv = uvPrograms.map(program => [
    program,
    ...['pip', 'install', '--no-progress', '--link-mode', 'copy', '--index-strategy', 'unsafe-best-match'],
    ...(target === undefined ? [] : ['--python-version', target]),
    ...['--target', folder, '-r', list],
  ]);
  // Without a matching Python nothing can be built here: only packages that come built for that version.
  const foreign = target !== undefined && target !== python?.version;
  const pip = [
    python?.program ?? 'python3',
    ...['-m', 'pip', 'install', '--no-input', '--progress-bar', 'off'],
    ...(foreign ? ['--python-version', target, '--only-binary', ':all:'] : []),
    ...['--target', folder, '-r', list],
  ];
  return manager === 'UV' ? [...uv, pip] : [pip];
}

function keyOf({ wanted, manager, target }: Installation, own: readonly (readonly [string, string])[]): string {
  const parts = [target ?? '', manager, process.platform, process.arch, own, wanted];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Below the user's cache folder: it may be removed whenever no flow runs. */
function cacheRoot(env: Readonly<Record<string, string>>, workDir: string): string {
  const base = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache')) || join(workDir, '..', 'cache');
  return join(base, 'windlass', 'python');
}
