/** Refuses what the node could not start: Linux passes no argument or variable of 128 KiB. */
import { argumentLimit } from '../../files/long-argument.ts';
import type { RunSpec } from '../../model/run.ts';
import { PrepareError } from '../runner.ts';

/**
 * Without it the pod starts, and its log says only "argument list too long".
 *
 * @throws PrepareError
 */
export function refuseLongArguments({ argv, env }: Pick<RunSpec, 'argv' | 'env'>): void {
  const place = argv.findIndex(argument => Buffer.byteLength(argument) > argumentLimit);
  if (place >= 0) throw tooLong(place === argv.length - 1 ? 'The script' : `Argument ${place} of the command`);
  for (const [name, value] of Object.entries(env)) {
    if (Buffer.byteLength(`${name}=${value}`) > argumentLimit) throw tooLong(`The environment variable ${name}`);
  }
}

function tooLong(what: string): PrepareError {
  const detail = `${what} is longer than the ${argumentLimit} bytes that Linux passes to a program. Put it into a file with inputFiles.`;
  return new PrepareError({ kind: 'never-started', detail });
}
