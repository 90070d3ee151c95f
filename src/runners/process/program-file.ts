/** Finding the file of a program as `exec` of a shell does. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Why a program cannot be started, or undefined where its file is there. Asked before the start: a shell that finds
 * nothing to `exec` ends with 126 or 127, as a program of the user's may too.
 *
 * @param searchPath the task's PATH; without one a shell has its own, so nothing can be said
 */
export function missingProgram(name: string, workDir: string, searchPath: string | undefined): string | undefined {
  if (name.includes('/')) {
    const path = resolve(workDir, name);
    return isProgram(path) ? undefined : `There is no program ${shown(name)} that could be executed.`;
  }
  if (searchPath === undefined || searchPath.split(':').some(folder => isProgram(resolve(workDir, folder, name))))
    return undefined;
  return `There is no program ${shown(name)} on the PATH (${searchPath}).`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** On one line, as a wrong one may be a whole script. */
function shown(name: string): string {
  const line = JSON.stringify(name);
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}
