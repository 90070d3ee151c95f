/** Ending all processes of a run, and making sure that they are gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { membersOf } from './members.ts';
import { hasReaders } from './pipe-stock.ts';
import { hasEnvironment, isAlive, type ProcessIdentity, processTable } from './process-table.ts';
import { pipesOf, readReaders } from './run-folder.ts';
import { runMark } from './supervisor.ts';

/** Milliseconds between two looks at the process table; each costs about 3 ms on a machine with 200 processes. */
const firstLook = 5;
const slowestLook = 100;
/** A supervisor whose program is gone has only to write a line. */
const supervisorLimit = 1_000;
/** A killed process is gone at once, unless it hangs in the kernel. */
const killLimit = 15_000;

/**
 * Ends the program and all its descendants, also those that left its session: SIGTERM, and SIGKILL for those left after
 * `graceMs` (0: at once). Then the supervisor, which is spared so that it can still write the exit status. Does nothing
 * when none is alive.
 * @throws Error when one cannot be ended: it hangs in the kernel, or belongs to another user.
 */
export async function terminate(
  run: { dir: string; runId: string; supervisor: ProcessIdentity },
  graceMs: number,
): Promise<void> {
  const killAt = Date.now() + graceMs;
  let asked = false;
  let look = firstLook;
  while (graceMs > 0 && Date.now() < killAt) {
    const members = findMembers(run);
    if (members.length === 0 && (asked || !isAlive(run.supervisor))) break;
    // Once only: what a program starts to clean up shall not be asked to end as well.
    if (!asked && members.length > 0) {
      asked = true;
      for (const member of members) signalProcess(member.pid, 'SIGTERM');
    }
    await sleep(Math.min(look, Math.max(1, killAt - Date.now())));
    look = Math.min(look * 2, slowestLook);
  }
  const started = Date.now();
  look = firstLook;
  for (;;) {
    const members = findMembers(run);
    const supervised = isAlive(run.supervisor);
    if (members.length === 0 && !supervised) break;
    for (const member of members) signalProcess(member.pid, 'SIGKILL');
    const passed = Date.now() - started;
    if (supervised && passed > supervisorLimit) signalProcess(run.supervisor.pid, 'SIGKILL');
    if (passed > killLimit) {
      const pids = members.map(member => member.pid).join(', ');
      throw new Error(`Processes that cannot be ended: ${pids}. They hang in the kernel or belong to another user.`);
    }
    await sleep(look);
    look = Math.min(look * 2, slowestLook);
  }
  endReaders(run);
}

/**
 * Ends the readers of the pipes, which live as long as a background process holds one. That process gets SIGPIPE when
 * it writes again, as it does in Kestra once its task has ended.
 */
export function endReaders(run: { dir: string; supervisor: ProcessIdentity }): void {
  // Looking at the pipes spares the look at the process table, which nearly no task needs.
  if (!hasReaders(pipesOf(run.dir))) return;
  const readers = readReaders(run.dir);
  const table = processTable();
  if (table.some(entry => entry.pid === run.supervisor.pid && entry.start !== run.supervisor.start)) return;
  for (const entry of table) {
    if (readers.has(entry.pid) && entry.group === run.supervisor.pid) signalProcess(entry.pid, 'SIGKILL');
  }
}

function findMembers(run: { dir: string; runId: string; supervisor: ProcessIdentity }) {
  return membersOf(processTable(), run.supervisor, readReaders(run.dir), pid =>
    hasEnvironment(pid, runMark, run.runId),
  );
}

function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Gone meanwhile, or another user's: the next look at the table tells.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
