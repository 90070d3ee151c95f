import { realpath } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { makeInnerFolder } from '../../files/inner-folder.ts';
import { isInside } from '../../files/link-target.ts';
import { runLocalProgram } from '../local-program.ts';
import { flagProperty, requiredText, textMapProperty, textProperty } from '../properties.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';
import {
  type GitCredentials,
  type GitSettings,
  passwordSettings,
  settingsEnvironment,
  withKeyFiles,
} from './credentials.ts';
import { cloneSchema } from './schema.ts';

/** Clones a repository into the working directory, by the git of this machine. */
export const clone: RunnableTaskType = {
  type: 'io.kestra.plugin.git.Clone',
  aliases: [],
  title: 'Clone a git repository',
  kind: 'runnable',
  schema: cloneSchema,
  async run(context) {
    const { task, expressions, workDir, log } = context;
    const { properties } = task;
    const text = async (name: string) => (await textProperty(properties[name], expressions)) || undefined;
    const url = (await requiredText('url', properties.url, expressions)).trim();
    const folder = resolve(workDir, (await text('directory')) ?? '.');
    const outside = () => new TaskError('directory: it must lie inside the working directory.');
    if (!isInside(workDir, folder)) throw outside();
    const credentials: GitCredentials = {
      username: await text('username'),
      password: await text('password'),
      privateKey: await text('privateKey'),
      passphrase: await text('passphrase'),
    };
    const settings: GitSettings = [...passwordSettings(url, credentials), ...(await serverSettings(context, text))];
    const commit = await text('commit');
    const config = Object.entries(await textMapProperty('gitConfig', properties.gitConfig, expressions));
    log('INFO', `Start cloning from '${shown(url)}'`);
    const root = await realpath(workDir);
    const inTheWay = await makeInnerFolder(root, join(root, relative(workDir, folder)));
    if (inTheWay === 'link') throw outside();
    if (inTheWay === 'file') throw new TaskError('directory: a part of its path is a file.');
    return await withKeyFiles(workDir, credentials, async environment => {
      const env = {
        ...context.config.environmentVariables,
        ...environment,
        ...settingsEnvironment(settings),
        LC_ALL: 'C',
      };
      const options = [
        ...(await cloneOptions(context, text, commit)),
        ...config.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ];
      await git(['clone', '--quiet', ...options, '--', url, folder], workDir, env, context);
      if (commit !== undefined) await git(['checkout', '--quiet', '--detach', commit, '--'], folder, env, context);
      return { state: 'SUCCESS', outputs: { directory: folder } };
    });
  },
};

async function cloneOptions(
  { task: { properties }, expressions }: TaskContext,
  text: (name: string) => Promise<string | undefined>,
  commit: string | undefined,
): Promise<string[]> {
  const flag = (name: string, fallback: boolean) => flagProperty(name, properties[name], fallback, expressions);
  const tag = await text('tag');
  const depth = (await text('depth')) ?? '1';
  if (!/^[1-9]\d*$/.test(depth))
    throw new TaskError(`The property depth must be a whole number from 1 on, but it is "${depth}".`);
  const name = tag ?? (await text('branch'));
  const shallow = commit === undefined && tag === undefined;
  const submodules = await flag('cloneSubmodules', false);
  return [
    ...(commit === undefined && name !== undefined ? [`--branch=${name}`] : []),
    ...(shallow ? ['--depth', depth] : []),
    ...(submodules ? ['--recurse-submodules'] : []),
    ...(submodules && shallow ? ['--shallow-submodules'] : []),
    (await flag('cloneAllBranches', true)) || commit !== undefined ? '--no-single-branch' : '--single-branch',
    ...((await flag('noTags', false)) ? ['--no-tags'] : []),
  ];
}

async function serverSettings(
  { task: { properties }, expressions }: TaskContext,
  text: (name: string) => Promise<string | undefined>,
): Promise<GitSettings> {
  const authorities = await text('trustedCaPemPath');
  const direct = await flagProperty('noProxy', properties.noProxy, false, expressions);
  return [
    ...(authorities === undefined ? [] : ([['http.sslCAInfo', authorities]] as const)),
    ...(direct ? ([['http.proxy', '']] as const) : []),
  ];
}

async function git(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  { signal, log }: TaskContext,
): Promise<void> {
  const end = await runLocalProgram(['git', ...args], { cwd, env, signal });
  if (end.kind === 'missing') throw new TaskError('There is no git on this machine; install it on the worker.');
  if (end.code !== 0) throw new TaskError(`git ${args[0]} failed: ${end.stderr.trim() || `exit code ${end.code}`}`);
  if (end.stderr.trim() !== '') log('DEBUG', end.stderr.trim());
}

/** Without a password that stands in the address. */
function shown(url: string): string {
  return url.replace(/^(\w+:\/\/)[^@/]*@/, '$1');
}
