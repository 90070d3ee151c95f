/** Timers to absolute times. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { callAt } from '../../src/worker/timers.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('one that fires early by the clock of dates waits for the rest', () => {
  const act = vi.fn();
  const at = Date.now() + 100;
  callAt(at, act);
  vi.setSystemTime(Date.now() - 1);
  vi.advanceTimersByTime(100);
  expect(act).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(act).toHaveBeenCalledOnce();
});

test('one beyond the longest that Node knows, 24.8 days, does not fire at once', () => {
  const act = vi.fn();
  const days = 24 * 60 * 60 * 1000;
  callAt(Date.now() + 30 * days, act);
  vi.advanceTimersByTime(30 * days - 1);
  expect(act).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(act).toHaveBeenCalledOnce();
});

test('one that was cancelled never fires', () => {
  const act = vi.fn();
  callAt(Date.now() + 10, act).cancel();
  vi.advanceTimersByTime(1000);
  expect(act).not.toHaveBeenCalled();
});
