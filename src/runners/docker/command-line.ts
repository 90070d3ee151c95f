/** A run as the `docker run` line that does the same, for people to read and try. */
import type { Settings } from './settings.ts';

export interface LineParts {
  readonly image: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workDir: string;
}

/** Options in the order of Docker's own help; what is the engine's default is left out. */
export function dockerRunLine({ image, argv, env, workDir }: LineParts, settings: Settings): string {
  const words: string[] = ['docker', 'run', ...(settings.delete ? ['--rm'] : [])];
  const add = (option: string, value: string | number | undefined) => {
    if (value !== undefined) words.push(option, String(value));
  };
  add('--workdir', workDir);
  for (const [name, value] of Object.entries(env)) add('--env', `${name}=${value}`);
  add('--user', settings.user);
  add('--network', settings.networkMode);
  for (const host of settings.extraHosts) add('--add-host', host);
  for (const volume of settings.volumes) add('--volume', volume);
  if (settings.filesBy === 'MOUNT') add('--mount', `type=bind,source=${workDir},target=${workDir}`);
  add('--cpus', settings.nanoCpus === undefined ? undefined : settings.nanoCpus / 1e9);
  add('--memory', settings.memory);
  add('--memory-swap', settings.memorySwap);
  add('--memory-reservation', settings.memoryReservation);
  add('--shm-size', settings.shmSize);
  if (settings.privileged) words.push('--privileged');
  const [entry, ...rest] = settings.entryPoint ?? [];
  add('--entrypoint', entry);
  return [...words, settings.image ?? image, ...rest, ...argv].map(quoted).join(' ');
}

/** One word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
