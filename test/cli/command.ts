/** Commands of the program in this process: faster than a child, the same code. */
import { Readable } from 'node:stream';
import type { Output } from '../../src/cli/output.ts';
import { runProgram } from '../../src/cli/program.ts';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** An input that has ended. */
export const noInput = () => Readable.from([]);

/** An output that nobody reads. */
export function silentOutput(): Output {
  const sink = { isTerminal: false, colors: false, width: 80, write: () => {}, push: async () => {} };
  return { stdout: sink, stderr: sink };
}

/**
 * Runs a command line to its end; what it writes is gathered.
 * @param hold called when it begins to change something
 */
export async function command(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  hold: () => void = () => {},
): Promise<Answer> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    colors: false,
    width: 80,
    write: (text: string) => {
      written[name] += text;
    },
    push: async (text: string) => {
      written[name] += text;
    },
  });
  const code = await runProgram(args, {
    input: noInput,
    output: { stdout: sink('stdout'), stderr: sink('stderr') },
    environment: { HOME: '/nonexistent', ...environment },
    signals: { hold, onCancel: () => {}, onLeave: () => {} },
  });
  return { code, out: written.stdout, err: written.stderr };
}
