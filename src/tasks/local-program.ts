/** Programs that a task needs on this machine for its own work: git, pip. Not the user's, which task runners run. */
import { spawn } from 'node:child_process';

/** How it ended. `missing`: there is no such program. */
export type LocalProgramEnd =
  | { readonly kind: 'ended'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'missing' };

/** `env` is all that the program sees of the environment. */
export interface LocalProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends the program with all that it started. */
  readonly signal: AbortSignal;
}

/** So much of the end of each stream is kept, in characters. */
const keptLimit = 100_000;

/** Runs the program to its end, with nothing on its stdin. @throws the signal's reason when that was aborted */
export async function runLocalProgram(
  [file = '', ...args]: readonly string[],
  { cwd, env, signal }: LocalProgramOptions,
): Promise<LocalProgramEnd> {
  signal.throwIfAborted();
  // A group of its own: both git and pip leave their work to children.
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const kept = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      kept[name] = (kept[name] + text).slice(-keptLimit);
    });
  }
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  };
  signal.addEventListener('abort', kill, { once: true });
  try {
    return await new Promise<LocalProgramEnd>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'EACCES') resolve({ kind: 'missing' });
        else reject(error);
      });
      child.once('close', code => {
        if (signal.aborted) reject(signal.reason);
        else resolve({ kind: 'ended', code: code ?? 137, ...kept });
      });
    });
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
