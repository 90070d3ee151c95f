/** The order of log levels. */
import type { LogLevel } from '../model/flow.ts';

/** From the least to the most important. */
export const logLevels: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

/** True when a level is as important as `minimum`, or more. */
export function isAtLeast(level: LogLevel, minimum: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(minimum);
}

/** The level of that name, in upper case as in flows; undefined when there is none. */
export function logLevelOf(name: string): LogLevel | undefined {
  return logLevels.find(level => level === name);
}
