/** A run as the `docker run` line that does the same, for people to read and try. */
import type { Settings } from './settings.ts';

export interface LineParts {
  readonly image: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** It must be there on the engine's machine, with the files that go in. */
  readonly workDir: string;
}

/** Options in the order of Docker's own help; what is the engine's default is left out. */
export function dockerRunLine(parts: LineParts, settings: Settings): string {
  const { image, argv, env, workDir } = parts;
  const words: string[] = ['docker', 'run'];
  if (!settings.wait) words.push('-d');
  else if (settings.delete) words.push('--rm');
  const add = (option: string, value: string | number | undefined) => {
    if (value !== undefined) words.push(option, String(value));
  };
  add('--workdir', workDir);
  for (const [name, value] of Object.entries(env)) add('--env', `${name}=${value}`);
  add('--user', settings.user);
  add('--network', settings.networkMode);
  for (const host of settings.extraHosts) add('--add-host', host);
  for (const port of published(settings)) add('--publish', port);
  for (const volume of settings.volumes) add('--volume', volume);
  add('--volume', `${workDir}:${workDir}`);
  for (const device of settings.devices) add('--gpus', gpus(device));
  add('--cpus', settings.nanoCpus === undefined ? undefined : settings.nanoCpus / 1e9);
  add('--memory', settings.memory);
  add('--memory-swap', settings.memorySwap);
  add('--memory-swappiness', settings.memorySwappiness);
  add('--memory-reservation', settings.memoryReservation);
  if (settings.oomKillDisable) words.push('--oom-kill-disable');
  add('--shm-size', settings.shmSize);
  if (settings.privileged) words.push('--privileged');
  if (settings.pullPolicy !== 'IF_NOT_PRESENT') add('--pull', settings.pullPolicy.toLowerCase());
  const [entry, ...rest] = settings.entryPoint ?? [];
  add('--entrypoint', entry);
  return [...words, settings.image ?? image, ...rest, ...argv].map(shellWord).join(' ');
}

/** One word of a POSIX shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function published({ ports }: Settings): string[] {
  return Object.entries(ports.bound).flatMap(([port, bindings]) =>
    bindings.map(({ HostIp, HostPort }) => {
      const ip = HostIp.includes(':') ? `[${HostIp}]` : HostIp;
      return `${ip === '' ? '' : `${ip}:`}${HostPort}:${port}`;
    }),
  );
}

/** As `--gpus` takes it: `all`, a count, or devices by their ids. */
function gpus({ Count, DeviceIDs }: Settings['devices'][number]): string {
  if (DeviceIDs && DeviceIDs.length > 0) return `"device=${DeviceIDs.join(',')}"`;
  return Count === undefined || Count < 0 ? 'all' : String(Count);
}
