/** Timers to absolute times. `setTimeout` fires at once beyond 24.8 days (a 32-bit count of milliseconds), so long waits go in legs. */
const longestLeg = 2 ** 31 - 1;

export interface Timer {
  cancel(): void;
}

/** Calls `act` at a time in milliseconds since the epoch, at once when it has passed. */
export function callAt(at: number, act: () => void): Timer {
  let timeout: NodeJS.Timeout;
  const leg = () => {
    const left = at - Date.now();
    timeout = left > longestLeg ? setTimeout(leg, longestLeg) : setTimeout(act, Math.max(0, left));
  };
  leg();
  return { cancel: () => clearTimeout(timeout) };
}
