/** What signals do from the first moment on. */
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { takeSignals } from '../../src/cli/signals.ts';

/** The exit codes of a process that gets these signals before it holds anything. */
function exits(isHangUpIgnored: boolean, ...signals: NodeJS.Signals[]): readonly number[] {
  const codes: number[] = [];
  const process = Object.assign(new EventEmitter(), { exit: (code: number) => codes.push(code) });
  takeSignals(process as unknown as NodeJS.Process, isHangUpIgnored);
  for (const signal of signals) process.emit(signal, signal);
  return codes;
}

test('a terminal that closes ends the process, but not one that was started to outlive it', () => {
  expect(exits(false, 'SIGHUP')).toEqual([130]);
  expect(exits(true, 'SIGHUP', 'SIGHUP')).toEqual([]);
  expect(exits(true, 'SIGHUP', 'SIGTERM')).toEqual([130]);
});
