/** The machine's processes: who is alive, who descends from whom. Linux reads /proc, other systems ask `ps`. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Names one process for ever: a pid alone is given to another process after its end. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system writes it: clock ticks since boot on Linux, a date elsewhere. */
  readonly start: string;
  /** Of the start of the machine during which it lives. */
  readonly boot: string;
}

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly start: string;
}

const linux = process.platform === 'linux';

/** All processes that are alive. A zombie is not: only its exit status is left, and pid 1 of a container may never take it. */
export function processTable(): ProcessEntry[] {
  if (!linux) return parsePs(execFileSync('ps', ['-A', '-o', psColumns], psOptions));
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const entry = linuxEntry(Number(name));
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** True while this very process lives; false for a foreign one that has got its pid. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.boot !== bootId()) return false;
  if (linux) return linuxEntry(identity.pid)?.start === identity.start;
  try {
    process.kill(identity.pid, 0);
    return parsePs(execFileSync('ps', ['-p', String(identity.pid), '-o', psColumns], psOptions)).some(
      entry => entry.start === identity.start,
    );
  } catch {
    return false;
  }
}

let boot: string | undefined;

/** Names this start of the machine. */
export function bootId(): string {
  boot ??= linux
    ? readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    : execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], psOptions).trim();
  return boot;
}

/**
 * True when the process was started with `name=value` in its environment. Only Linux shows that; elsewhere, and for
 * processes of other users, false.
 */
export function hasEnvironment(pid: number, name: string, value: string): boolean {
  if (!linux) return false;
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0${name}=${value}\0`);
  } catch {
    return false;
  }
}

function linuxEntry(pid: number): ProcessEntry | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets and may itself hold brackets and spaces: proc_pid_stat(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), start: fields[19] ?? '' };
}

// `sess` is an address on macOS, so the group stands for the session there.
const psColumns = 'pid=,ppid=,pgid=,stat=,lstart=';
const psOptions = { encoding: 'latin1', env: { PATH: '/usr/bin:/bin:/usr/sbin', LC_ALL: 'C', TZ: 'UTC' } } as const;

/** Reads what `ps -o pid=,ppid=,pgid=,stat=,lstart=` prints. */
export function parsePs(text: string): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)/.exec(line);
    if (match === null) continue;
    const [, pid, parent, group, state, start] = match;
    if (state?.startsWith('Z')) continue;
    entries.push({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: Number(group),
      start: start ?? '',
    });
  }
  return entries;
}
