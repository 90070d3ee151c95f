/** Limits on what a local program may use: `ulimit` of the shell that starts it. A property of our own. */
import { z } from 'zod';
import { DurationError, parseIsoDuration } from '../../model/duration.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { PropertyReader, refused } from '../property-reader.ts';

export function limitsSchema(): z.ZodType {
  return z
    .strictObject({
      cpuTime: z.string().optional().meta({
        title: 'CPU time of each process',
        description: 'An ISO 8601 duration, in whole seconds. The process is ended by SIGXCPU, exit code 152.',
      }),
      memory: z.string().optional().meta({
        title: 'Address space of each process',
        description: 'Such as 512MB. What asks for more gets none; most programs then end with an error.',
      }),
      fileSize: z.string().optional().meta({
        title: 'Size of a file that is written',
        description: 'Such as 1GB. The process is ended by SIGXFSZ, exit code 153.',
      }),
      openFiles: z.number().int().min(3).optional().meta({ title: 'How many files each process has open at once' }),
    })
    .meta({
      title: 'What the program may use',
      description: 'Each limit is that of one process, not of all together.',
    });
}

/**
 * The shell commands that set the limits, in order; each fails when the system allows less.
 *
 * @throws PrepareError for a value that cannot be read
 */
export function limitCommands(config: unknown): readonly string[] {
  const limits = new PropertyReader(isMap(config as Value) ? (config as ValueMap) : {}).below('limits');
  const [cpuTime, memory, fileSize] = [limits.text('cpuTime'), limits.size('memory'), limits.size('fileSize')];
  const openFiles = limits.number('openFiles');
  const seconds = cpuTime === undefined ? undefined : secondsOf(cpuTime, limits.path('cpuTime'));
  return [
    // At the hard limit the system sends SIGKILL, which does not tell why; a second earlier comes SIGXCPU.
    ...(seconds === undefined ? [] : [`ulimit -S -t ${seconds}`, `ulimit -H -t ${seconds + 1}`]),
    ...(memory === undefined ? [] : [`ulimit -v ${Math.ceil(memory / 1024)}`]),
    // Blocks of 512 bytes, in every POSIX shell.
    ...(fileSize === undefined ? [] : [`ulimit -f ${Math.ceil(fileSize / 512)}`]),
    ...(openFiles === undefined ? [] : [`ulimit -n ${openFiles}`]),
  ];
}

function secondsOf(text: string, path: string): number {
  try {
    const ms = parseIsoDuration(text);
    if (ms > 0) return Math.ceil(ms / 1000);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
  }
  throw refused(path, `must be a duration such as PT30S, not "${text}"`);
}
