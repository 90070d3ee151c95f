/** From commands to the argument vector of the program, by Kestra's rules (CommandsWrapper, ScriptService). */

export interface CommandLineParts {
  readonly interpreter: readonly string[];
  /** The line that ends the task at the first failure; undefined when it goes on. */
  readonly failFastLine?: string;
  readonly beforeCommands: readonly string[];
  readonly commands: readonly string[];
  readonly windows: boolean;
}

/**
 * All commands become one argument after the interpreter, a line each. Without an interpreter they stay so, unless
 * there is nothing to put before them: then each is an argument of its own.
 */
export function commandLine(parts: CommandLineParts): string[] {
  const { interpreter, failFastLine, beforeCommands, commands, windows } = parts;
  const lines = [...(failFastLine === undefined ? [] : [failFastLine]), ...beforeCommands];
  if (interpreter.length === 0 && lines.length === 0) return [...commands];
  return [...interpreter, [...lines, ...commands].join(windows ? '\r\n' : '\n')];
}

/** A path as one word of a POSIX shell, or of PowerShell: both take single quotes. */
export function quotedPath(path: string, powershell: boolean): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path;
  return `'${path.replaceAll("'", powershell ? "''" : `'\\''`)}'`;
}
