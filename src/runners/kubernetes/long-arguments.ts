/** Long scripts reach the pod as files of their own: Linux passes no argument or variable of 128 KiB or more. */
import { basename } from 'node:path';
import { argumentLimit, type Fitted, fitArguments } from '../../files/long-argument.ts';
import { packTexts } from '../../files/pack-texts.ts';
import type { RunSpec } from '../../model/run.ts';
import { PrepareError } from '../runner.ts';
import type { ExecTarget } from './client/exec.ts';
import { filesRoot } from './paths.ts';
import { sendArchive } from './transfer.ts';

/** Beside the working directory, whose files may be outputs. */
const folder = '.arguments';

export type FittedCommand = Extract<Fitted, { argv: unknown }>;

/** @throws PrepareError when an argument that is no script, or a variable, is too long; the node would only log so */
export function fittedCommand({ argv, env }: Pick<RunSpec, 'argv' | 'env'>): FittedCommand {
  const fitted = fitArguments(argv, index => `${filesRoot}/${folder}/argument-${index}`);
  if ('tooLong' in fitted) throw tooLong(`Argument ${fitted.tooLong} of the command`);
  for (const [name, value] of Object.entries(env)) {
    if (Buffer.byteLength(`${name}=${value}`) > argumentLimit) throw tooLong(`The environment variable ${name}`);
  }
  return fitted;
}

function tooLong(what: string): PrepareError {
  const detail = `${what} is longer than the ${argumentLimit} bytes that Linux passes to a program. Put it into a file with inputFiles.`;
  return new PrepareError({ kind: 'never-started', detail });
}

/** Puts the files of a fitted command into the volume. @throws as sendArchive does */
export async function sendArguments(target: ExecTarget, { files }: FittedCommand, signal: AbortSignal): Promise<void> {
  if (files.length === 0) return;
  const texts = files.map(({ path, text }) => ({ name: basename(path), text }));
  await sendArchive(target, filesRoot, () => packTexts(folder, texts), signal);
}
