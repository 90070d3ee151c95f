/** Signals are taken from the first moment, before anything else is loaded. */
import { exitCode } from './exit-code.ts';
import type { Signals } from './invocation.ts';

export function takeSignals(process: NodeJS.Process): Signals {
  let cancel: (() => void) | undefined;
  let leave: (() => void) | undefined;
  let count = 0;
  const received = () => {
    count += 1;
    if (count > 1) {
      leave?.();
      process.exit(exitCode.killed);
    }
    // Nothing has been started yet, so there is nothing to clean up.
    if (cancel) cancel();
    else process.exit(exitCode.killed);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, received);
  return {
    onCancel(act) {
      cancel = act;
    },
    onLeave(act) {
      leave = act;
    },
  };
}
