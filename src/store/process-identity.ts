/** Which process is it, and does it still live? A pid alone is not enough: pids are reused. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process for ever. Plain JSON. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with every boot of the machine; empty where the system does not tell. */
  readonly bootId: string;
  readonly pid: number;
  /** Linux: clock ticks since boot. macOS: seconds since the epoch. Only ever compared. */
  readonly startTime: string;
  /** Linux: the name space that `pid` counts in. Two containers on one machine both have a pid 7. */
  readonly pidNamespace?: string;
}

let own: ProcessIdentity | undefined;

/** The identity of this process. @throws Error where the system does not tell when a process started. */
export function processIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid);
  return own;
}

function identityOf(pid: number): ProcessIdentity {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) {
    throw new Error(`Cannot tell when process ${pid} started: neither /proc nor /bin/ps answers on this system.`);
  }
  const pidNamespace = ownPidNamespace();
  return { host: hostname(), bootId: bootId(), pid, startTime, ...(pidNamespace !== undefined && { pidNamespace }) };
}

/**
 * Can this process see whether that one lives? True on the same boot of the same machine within the same pid name
 * space, and for a machine of our name that has been booted since.
 */
export function isVisible(identity: ProcessIdentity): boolean {
  if (identity.bootId === bootId() && identity.bootId !== '') return identity.pidNamespace === ownPidNamespace();
  return identity.host === hostname();
}

/**
 * False when the process has certainly ended. One that cannot be seen from here (another machine, another
 * container) counts as alive: only its lease, which it has to renew, tells more.
 */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!isVisible(identity)) return true;
  if (identity.bootId !== bootId()) return false;
  return startTimeOf(identity.pid) === identity.startTime;
}

/** Undefined when there is no such process or only its zombie. */
function startTimeOf(pid: number): string | undefined {
  return process.platform === 'darwin' ? startTimeFromPs(pid) : startTimeFromProc(pid);
}

function startTimeFromProc(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command's name stands in parentheses and may hold spaces and parentheses itself; see proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function startTimeFromPs(pid: number): string | undefined {
  const [state = '', ...started] = outputOf('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).split(/\s+/);
  const time = Date.parse(`${started.join(' ')} UTC`);
  return state.startsWith('Z') || Number.isNaN(time) ? undefined : String(time / 1000);
}

let knownBootId: string | undefined;

function bootId(): string {
  knownBootId ??=
    process.platform === 'darwin'
      ? outputOf('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])
      : (textOf('/proc/sys/kernel/random/boot_id') ?? '').trim();
  return knownBootId;
}

function ownPidNamespace(): string | undefined {
  try {
    // Reads as `pid:[4026531836]`.
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Trimmed; empty when the program fails. Time zone and language are fixed, for `ps` prints local times. */
function outputOf(program: string, args: readonly string[]): string {
  try {
    const env = { LC_ALL: 'C', TZ: 'UTC' };
    return execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
