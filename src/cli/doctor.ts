/** `windlass doctor`: what can be used on this machine, and what to do about the rest. */
import { access, constants, mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { reasonOf } from '../model/system-error.ts';
import { usualSockets } from '../runners/docker/client/endpoint.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { runnerRegistry } from './runners.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { defaultStateFolder } from './state-folder.ts';
import { sweep } from './sweep.ts';
import { folded } from './terminal/fold.ts';
import { palette } from './terminal/style.ts';
import { width as columns } from './terminal/table.ts';

export interface DoctorOptions extends SettingsOptions {
  readonly state?: string;
  readonly json?: boolean;
  readonly sweep?: boolean;
  readonly dryRun?: boolean;
}

/** One thing that was looked at. `usable` is absent where nothing depends on it. */
export interface Finding {
  readonly what: string;
  readonly usable?: boolean;
  readonly detail: string;
  readonly whatToDo?: string;
}

/** An engine that does not answer by then is not usable. */
const probeLimitMs = 10_000;
/** Less room than this is not enough for the state of a few runs. */
const leastFreeBytes = 100 * 2 ** 20;

/** 0 when the configuration is valid and local processes and one runner of containers can be used, else 1. */
export async function doctor(options: DoctorOptions, { output, environment }: Invocation): Promise<number> {
  if (options.sweep) {
    const { config } = readSettings(options, environment);
    return sweep(options, config, { output, environment });
  }
  const { config, finding: configuration } = await readOrFind(options, environment);
  const runners = await runnerFindings(config, environment);
  const findings = [
    { what: 'Node.js', usable: true, detail: `${process.version} on ${process.platform} ${process.arch}` },
    ...configuration,
    ...runners,
    ...(await socketFindings(environment)),
    await kubeconfigFinding(environment),
    await stateFinding(resolve(options.state ?? defaultStateFolder)),
    secretsFinding(config),
    encryptionFinding(config),
  ];
  if (options.json) output.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
  else {
    const style = palette(output.stdout.colors);
    const mark = ({ usable }: Finding) =>
      usable === undefined ? style.dim('·') : usable ? style.good('✓') : style.bad('✗');
    for (const finding of findings) {
      const { width } = output.stdout;
      const head = `${mark(finding)} ${style.bold(finding.what)}`;
      const detail = finding.detail.trimEnd().replaceAll(/\n+/g, '\n    ');
      // After the long name of a runner, what is said of it would be torn after a word or two.
      const parts = columns(head) > width / 2 && columns(`${head}  ${detail}`) > width;
      output.stdout.write(
        parts ? `${head}\n${folded(`    ${detail}\n`, width)}` : folded(`${head}  ${detail}\n`, width, 4),
      );
      if (finding.whatToDo) output.stdout.write(folded(`${finding.whatToDo.replaceAll(/^/gm, '    ')}\n`, width));
    }
  }
  if (configuration.length > 0) return exitCode.failed;
  const usable = runners.filter(finding => finding.usable).map(({ what }) => what.endsWith('.Process'));
  return usable.includes(true) && usable.includes(false) ? exitCode.success : exitCode.failed;
}

/** What is wrong with the configuration or the secrets is a finding like others: the rest is looked at without them. */
async function readOrFind(
  options: SettingsOptions,
  environment: NodeJS.ProcessEnv,
): Promise<{ config: Config; finding: Finding[] }> {
  try {
    return { config: readSettings(options, environment).config, finding: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { config } = loadConfig({ env: environment });
    return { config, finding: [{ what: 'configuration', usable: false, detail: error.text }] };
  }
}

async function runnerFindings(config: Config, environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const registry = runnerRegistry(config, environment);
  return Promise.all(
    registry.declarations.map(async ({ type }): Promise<Finding> => {
      const what = `task runner ${type}`;
      try {
        const runner = await registry.get(type);
        const defaults = config.pluginDefaults.find(each => each.type === type)?.values;
        const probe = await runner.probe(defaults ?? {}, AbortSignal.timeout(probeLimitMs));
        if (probe.usable) return { what, usable: true, detail: probe.detail };
        if (probe.isUnnamed && !defaults) return { what, detail: `not configured. ${probe.why}` };
        return { what, usable: false, detail: probe.why, whatToDo: probe.whatToDo };
      } catch (error) {
        return { what, usable: false, detail: (error as Error).message };
      }
    }),
  );
}

/** Sockets that are there: which one is used says the finding of the Docker runner. */
async function socketFindings(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const path of usualSockets(environment)) {
    const file = await stat(path).catch(() => undefined);
    if (!file?.isSocket()) continue;
    const may = await isAllowed(path, constants.R_OK | constants.W_OK);
    const whatToDo =
      'Let your user into the group that owns it (often: sudo usermod -aG docker $USER), then log in anew.';
    found.push({
      what: `socket ${path}`,
      usable: may,
      detail: may ? 'may be used' : 'permission denied',
      ...(!may && { whatToDo }),
    });
  }
  for (const name of ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG'])
    if (environment[name]) found.push({ what: name, detail: environment[name] });
  return found;
}

async function kubeconfigFinding(environment: NodeJS.ProcessEnv): Promise<Finding> {
  const named = environment.KUBECONFIG?.split(':')[0];
  const path = named || join(environment.HOME ?? homedir(), '.kube/config');
  const readable = await isAllowed(path, constants.R_OK);
  // Whether it is of use, the finding of the Kubernetes runner says.
  if (readable) return { what: 'kubeconfig', detail: path };
  if (!named) return { what: 'kubeconfig', detail: `none at ${path}` };
  return {
    what: 'kubeconfig',
    usable: false,
    detail: `KUBECONFIG names ${path}, which cannot be read`,
    whatToDo: 'Set KUBECONFIG to a file that can be read, or unset it.',
  };
}

async function stateFinding(path: string): Promise<Finding> {
  const what = 'state folder';
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isDirectory()) {
    return { what, usable: false, detail: `${path} is not a folder`, whatToDo: 'Name another one with --state DIR.' };
  }
  const whatToDo = 'Name another one with --state DIR, or use --ephemeral.';
  try {
    const made = there ? path : await nearestFolder(dirname(path));
    // Rights alone do not tell: the file system may be read-only, or one like /proc.
    await rmdir(await mkdtemp(join(made, '.windlass-doctor-')));
    const { bavail, bsize } = await statfs(made);
    const free = bavail * bsize;
    const room = `${(free / 2 ** 30).toFixed(1)} GiB free`;
    if (free < leastFreeBytes) return { what, usable: false, detail: `${path}: only ${room}`, whatToDo };
    return { what, usable: true, detail: `${path} (${there ? '' : 'made by the first run, '}${room})` };
  } catch (error) {
    return { what, usable: false, detail: `${path} cannot be written: ${reasonOf(error)}`, whatToDo };
  }
}

/** The folder in which the first that is missing would be made. @throws Error when there is something else */
async function nearestFolder(path: string): Promise<string> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() || path === dirname(path)) return path;
  if (there) throw new Error(`${path} is not a folder`);
  return nearestFolder(dirname(path));
}

function secretsFinding({ secrets }: Config): Finding {
  const count = Object.keys(secrets).length;
  const detail =
    count === 0
      ? 'none; they come from `windlass secret set`, SECRET_NAME (base64) or --secrets FILE'
      : `${count} can be read`;
  return { what: 'secrets', detail };
}

function encryptionFinding({ encryptionKey }: Config): Finding {
  const what = 'encryption key';
  if (encryptionKey !== undefined) return { what, usable: true, detail: 'is set' };
  return { what, detail: 'none; only inputs of type SECRET need one (kestra.encryption.secret-key)' };
}

async function isAllowed(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
