/** Timers to absolute times. `setTimeout` fires at once beyond 24.8 days (a 32-bit count of milliseconds), so long waits go in legs. */
const longestLeg = 2 ** 31 - 1;

/** A call to come. */
export interface Timer {
  cancel(): void;
}

/** Calls `act` at a time in milliseconds since the epoch and never before, at once when it has passed. */
export function callAt(at: number, act: () => void): Timer {
  let timeout: NodeJS.Timeout;
  const wait = () => {
    timeout = setTimeout(look, Math.min(Math.max(0, at - Date.now()), longestLeg));
  };
  // Timers go by another clock than dates: one was seen to fire a millisecond early.
  const look = () => (Date.now() < at ? wait() : act());
  wait();
  return { cancel: () => clearTimeout(timeout) };
}
