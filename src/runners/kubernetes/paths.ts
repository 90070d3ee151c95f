/** Where things are inside a pod, as Kestra has them. Pure. */
import { basename } from 'node:path';
import type { RunSpec } from '../../model/run.ts';

/** Mount point of the volume that files are exchanged by. */
export const filesRoot = '/kestra';
export const podWorkDir = `${filesRoot}/working-dir`;
/** Written when all input files are there: lets the init container end, or the program begin. */
export const readyMarker = `${filesRoot}/ready`;
/** Written when all output files are fetched: lets the helper end. */
export const endedMarker = `${filesRoot}/ended`;

export const mainContainer = 'main';
export const initContainer = 'init-files';
export const helperContainer = 'out-files';

export function outputName(spec: Pick<RunSpec, 'outputDir'>): string {
  return basename(spec.outputDir);
}
