/** Long scripts reach the container as files of their own: the system passes no argument of 128 KiB. */
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { argumentLimit, type Fitted, fitArguments } from '../../files/long-argument.ts';
import { packTexts } from '../../files/pack-texts.ts';
import type { RunSpec } from '../../model/run.ts';
import { PrepareError } from '../runner.ts';
import { putArchive } from './client/containers.ts';
import type { Engine } from './client/engine.ts';

/** Outside the working directory, whose files may be outputs; `/` is there in every image. */
const folder = '.windlass';

export type FittedCommand = Extract<Fitted, { argv: unknown }>;

/** @throws PrepareError when an argument that is no script, or a variable, is too long */
export function fittedCommand(spec: RunSpec): FittedCommand {
  const fitted = fitArguments(spec.argv, index => `/${folder}/argument-${index}`);
  if ('tooLong' in fitted) throw tooLong(`Argument ${fitted.tooLong} of the command`);
  for (const [name, value] of Object.entries(spec.env)) {
    if (Buffer.byteLength(`${name}=${value}`) > argumentLimit) throw tooLong(`The environment variable ${name}`);
  }
  return fitted;
}

function tooLong(what: string): PrepareError {
  const detail = `${what} is longer than the ${argumentLimit} bytes that Linux passes to a program. Put it into a file with inputFiles.`;
  return new PrepareError({ kind: 'never-started', detail });
}

/** Puts the files of a fitted command into the container, readable for any user. */
export async function copyArguments(
  engine: Engine,
  id: string,
  { files }: FittedCommand,
  signal: AbortSignal,
): Promise<void> {
  if (files.length === 0) return;
  const texts = files.map(({ path, text }) => ({ name: basename(path), text }));
  await putArchive(engine, id, '/', Readable.from(packTexts(folder, texts)), signal);
}
