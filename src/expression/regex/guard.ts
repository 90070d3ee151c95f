/** Regular expressions that cannot hang: one that backtracks without end is stopped. */
import { createContext, Script } from 'node:vm';
import { Fault } from '../expression-error.ts';

/** Ordinary matching takes microseconds; this is for what would take years. */
const timeLimitMs = 2000;

/** Below this length and with at most one open quantifier a match takes no time worth a watchdog (some 0.1 ms). */
const shortText = 2000;

let watched: { run: Script; context: { expression?: RegExp; text?: string } } | undefined;

/** All matches of a global expression. @throws Fault when that takes too long. */
export function guarded(expression: RegExp, text: string): readonly RegExpExecArray[] {
  const openQuantifiers = expression.source.match(/[*+]|,\}/g)?.length ?? 0;
  if (openQuantifiers === 0 || (openQuantifiers === 1 && text.length <= shortText))
    return [...text.matchAll(expression)];
  watched ??= { run: new Script('[...text.matchAll(expression)]'), context: createContext({}) };
  watched.context.expression = expression;
  watched.context.text = text;
  try {
    return watched.run.runInContext(watched.context, { timeout: timeLimitMs }) as readonly RegExpExecArray[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Fault(`A regular expression ran for more than ${timeLimitMs / 1000} s; make it simpler.`);
  } finally {
    watched.context.text = '';
  }
}
