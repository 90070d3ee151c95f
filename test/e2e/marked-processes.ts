/** Processes that a test's program started, found by a variable in their environment. */
import { readdirSync, readFileSync } from 'node:fs';

/** `PID command` of each living process whose environment has E2E_OF_WINDLASS with that value. */
export function markedProcesses(mark: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      const environment = read(`/proc/${pid}/environ`).split('\0');
      if (!environment.includes(`E2E_OF_WINDLASS=${mark}`)) return [];
      return [`${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`];
    });
}

/** Empty for a process that has gone, or is another user's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
