/** Signals are taken from the first moment, before anything else is loaded. */
import { exitCode } from './exit-code.ts';
import type { Signals } from './invocation.ts';

/** @param isHangUpIgnored whether who started the process had SIGHUP ignored, which Node itself has undone */
export function takeSignals(process: NodeJS.Process, isHangUpIgnored: boolean): Signals {
  let cancel: (() => void) | undefined;
  let leave: (() => void) | undefined;
  let count = 0;
  let held = false;
  const received = (signal: NodeJS.Signals) => {
    // When a terminal closes, the kernel and its shell both say so: nobody is impatient.
    if (signal === 'SIGHUP' && (count > 0 || isHangUpIgnored)) return;
    count += 1;
    if (count > 1) {
      leave?.();
      process.exit(exitCode.killed);
    }
    if (cancel) cancel();
    else if (!held) process.exit(exitCode.killed);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, received);
  return {
    hold() {
      held = true;
    },
    onCancel(act) {
      cancel = act;
      if (count > 0) act();
    },
    onLeave(act) {
      leave = act;
    },
  };
}
