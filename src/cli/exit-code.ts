/** What the process's exit code tells (README.md lists them). */
import type { State } from '../model/states.ts';

/** By what happened. */
export const exitCode = { success: 0, failed: 1, refused: 2, killed: 130 } as const;

/** 0 SUCCESS or WARNING, 130 KILLED, 1 everything else. */
export function exitCodeOf(state: State): number {
  if (state === 'SUCCESS' || state === 'WARNING') return exitCode.success;
  return state === 'KILLED' ? exitCode.killed : exitCode.failed;
}
