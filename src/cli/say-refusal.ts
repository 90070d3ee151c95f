/** How a command that could not be carried out ends. */
import { StoreError } from '../store/store.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';

/** Says on stderr, and as JSON on stdout where that is wanted, why nothing was run; the answer is the exit code. */
export function sayRefusal(error: Error, json: boolean, { output }: Pick<Invocation, 'output'>): number {
  if (error instanceof Refusal) {
    if (json) output.stdout.write(`${JSON.stringify(error)}\n`);
    output.stderr.write(error.text.endsWith('\n') ? error.text : `${error.text}\n`);
    return exitCode.refused;
  }
  if (error instanceof StoreError) return sayRefusal(new Refusal('unusable-state', error.message), json, { output });
  if ((error as NodeJS.ErrnoException).syscall === 'uv_cwd') {
    const gone = new Refusal('unreadable-file', 'The working folder is gone: change into one that is there.');
    return sayRefusal(gone, json, { output });
  }
  if (json)
    output.stdout.write(`${JSON.stringify({ error: { code: 'fault', message: error.message }, violations: [] })}\n`);
  output.stderr.write(`This is a fault of Windlass, not of your flow: ${error.stack ?? error.message}\n`);
  return exitCode.failed;
}
