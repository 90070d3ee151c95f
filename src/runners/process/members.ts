/** Which processes belong to a run. */
import type { ProcessEntry, ProcessIdentity } from './process-table.ts';

/**
 * The processes of the run's program: those of the supervisor's session and group, those that left it but carry the
 * run's mark in their environment, and all their descendants. Not the supervisor and not the readers of its pipes.
 *
 * Only a process that left the session, dropped the environment and lost its parent, all three, is not found.
 *
 * @param isMarked whether a process has the run's mark in its environment.
 */
export function membersOf(
  table: readonly ProcessEntry[],
  supervisor: ProcessIdentity,
  readers: ReadonlySet<number>,
  isMarked: (pid: number) => boolean,
): ProcessEntry[] {
  // A number stays taken while a session or group has it. A foreign process with it means that ours are all gone.
  const reused = table.some(entry => entry.pid === supervisor.pid && entry.start !== supervisor.start);
  const own = new Set<number>();
  for (const entry of table) {
    const inSession = !reused && (entry.session === supervisor.pid || entry.group === supervisor.pid);
    if (inSession || isMarked(entry.pid)) own.add(entry.pid);
  }
  const children = Map.groupBy(table, entry => entry.parent);
  // A set is walked in the order of insertion, so what is added here is walked too.
  for (const pid of own) for (const child of children.get(pid) ?? []) own.add(child.pid);
  return table.filter(entry => own.has(entry.pid) && entry.pid !== supervisor.pid && !isReader(entry));

  function isReader(entry: ProcessEntry): boolean {
    return readers.has(entry.pid) && (entry.session === supervisor.pid || entry.group === supervisor.pid);
  }
}
