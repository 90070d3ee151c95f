/** Which containers have to carry files for a run. Reads the working directory. */
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { packFolder } from '../../files/tar.ts';
import type { RunSpec } from '../../model/run.ts';
import { outputName } from './paths.ts';
import type { Settings } from './settings.ts';

/** The input files as base64 of a tar archive. */
export interface InlineFiles {
  readonly archive: string;
}

/**
 * A variable of 128 KiB is the longest that Linux takes, and 1.5 MiB the largest pod that etcd does. Small files cost
 * 1.1 s less this way: the node need not tell us that a container runs before it gets them.
 */
const inlineBytes = 48 * 1024;

export interface Carriers {
  /** How an init container takes files in: they come with the pod, by exec, or there are none. */
  readonly init: InlineFiles | 'exec' | undefined;
  /** A helper beside the program gives files out. One with files unpacks them first, and the program waits for that. */
  readonly helper: InlineFiles | boolean;
}

/** Shells that can wait for the files before they turn into the program. */
const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh']);

/**
 * A pod with neither ends 0.4 s sooner. Files go in when there are some. A node looks once a second whether an init
 * container has ended, so small files come by the helper where the program begins with a shell, which can wait. They
 * come out when some are declared, when the working directory is shared or synchronised, and when the program can know
 * of its output directory: by its variable, its name, a wildcard, or from a file that was given to it.
 */
export async function carriersFor(
  spec: RunSpec,
  settings: Settings,
  onLeftOut: (path: string, why: string) => void,
): Promise<Carriers> {
  const own = outputName(spec);
  const given = (await readdir(spec.workDir)).some(name => name !== own);
  const files = given ? ((await inline(spec, onLeftOut)) ?? 'exec') : undefined;
  if (typeof files === 'object' && shells.has(basename(spec.argv[0] ?? ''))) return { init: undefined, helper: files };
  const speaksOfIt = (text: string) => text.includes('OUTPUT_DIR') || text.includes(own) || text.includes('*');
  const helper =
    given ||
    spec.shared ||
    settings.syncWorkingDirectory ||
    spec.wanted.length > 0 ||
    spec.argv.some(speaksOfIt) ||
    Object.entries(spec.env).some(([key, value]) => key !== 'OUTPUT_DIR' && speaksOfIt(value));
  return { init: files, helper };
}

/** Undefined when they are too large. */
async function inline(spec: RunSpec, onLeftOut: (path: string, why: string) => void): Promise<InlineFiles | undefined> {
  const own = outputName(spec);
  const leftOut: [string, string][] = [];
  const parts: Buffer[] = [];
  let size = 0;
  const packing = packFolder(spec.workDir, {
    include: path => path !== own,
    onLeftOut: (path, why) => leftOut.push([path, why]),
  });
  for await (const part of packing) {
    size += (part as Buffer).length;
    if (size > inlineBytes) return undefined;
    parts.push(part as Buffer);
  }
  for (const [path, why] of leftOut) onLeftOut(path, why);
  return { archive: Buffer.concat(parts).toString('base64') };
}
