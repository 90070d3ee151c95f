/** Which containers have to carry files for a run. Pure but for a look at the working directory's names. */
import { readdir } from 'node:fs/promises';
import type { RunSpec } from '../../model/run.ts';
import { outputName } from './paths.ts';
import type { Settings } from './settings.ts';

export interface Carriers {
  /** An init container takes files in. */
  readonly init: boolean;
  /** A helper beside the program gives files out. */
  readonly helper: boolean;
}

/**
 * A pod with neither ends 0.4 s sooner. Files go in when there are some. They come out when some are declared, when
 * the working directory is shared or synchronised, and when the program can know of its output directory: by its
 * variable, its name, a wildcard, or from a file that was given to it.
 */
export async function carriersFor(spec: RunSpec, settings: Settings): Promise<Carriers> {
  const own = outputName(spec);
  const init = (await readdir(spec.workDir)).some(name => name !== own);
  const speaksOfIt = (text: string) => text.includes('OUTPUT_DIR') || text.includes(own) || text.includes('*');
  const helper =
    init ||
    spec.shared ||
    settings.syncWorkingDirectory ||
    spec.wanted.length > 0 ||
    spec.argv.some(speaksOfIt) ||
    Object.entries(spec.env).some(([key, value]) => key !== 'OUTPUT_DIR' && speaksOfIt(value));
  return { init, helper };
}
