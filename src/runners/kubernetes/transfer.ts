/** Files into the init container before the program starts, and out of the helper after it has ended, by exec. */
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { compileGlobs } from '../../files/java-glob.ts';
import { packFolder, unpackInto } from '../../files/tar.ts';
import type { RunSpec } from '../../model/run.ts';
import { ApiError, isPassing } from './client/errors.ts';
import { type ExecTarget, exec } from './client/exec.ts';
import { filesRoot, outputName, podWorkDir } from './paths.ts';

const attempts = 5;
const firstPauseMs = 200;

/** A transfer that the other side could not do: its own words. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
}

/**
 * Unpacks what comes and prints the hash of all of it. Any user may write where the program works. The pipe is read
 * to its end after tar has seen the end mark, so that the hash is of everything.
 */
function unpackScript(folder: string): string {
  return [
    'umask 022; set -e',
    `mkdir -p ${podWorkDir}; chmod 777 ${podWorkDir}; cd ${filesRoot}`,
    'rm -f .in .in.failed; mkfifo .in',
    'sha256sum < .in > .in.sum & sum=$!',
    `tee .in | { tar -xf - -C ${folder} || : > .in.failed; cat > /dev/null; }`,
    'wait $sum; [ ! -e .in.failed ]; cat .in.sum; rm -f .in .in.sum',
  ].join('\n');
}

/** @throws TransferError; ApiError and UnreachableError when the cluster is the cause */
export function sendFiles(
  target: ExecTarget,
  spec: RunSpec,
  onLeftOut: (path: string, why: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const own = outputName(spec);
  const pack = () => packFolder(spec.workDir, { include: path => path !== own, onLeftOut });
  return sendArchive(target, podWorkDir, pack, signal);
}

/**
 * Unpacks an archive in a folder that is there.
 * @param pack makes the archive, anew for each try
 * @throws TransferError; ApiError and UnreachableError when the cluster is the cause
 */
export function sendArchive(
  target: ExecTarget,
  folder: string,
  pack: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  return untilWhole(signal, async () => {
    const hash = createHash('sha256');
    async function* hashed(): AsyncGenerator<Uint8Array> {
      for await (const chunk of pack()) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const printed = await run(target, ['sh', '-c', unpackScript(folder)], signal, hashed());
    const [sum] = printed.split(' ');
    if (sum !== hash.digest('hex')) throw new BrokenTransfer('the input files arrived changed');
  });
}

/** Lets the init container, or the helper, end. */
export async function setMarker(target: ExecTarget, marker: string, signal: AbortSignal): Promise<void> {
  await untilWhole(signal, () => run(target, ['sh', '-c', `: > ${marker}`], signal));
}

/** Names of what is there below the working directory, each ended by a zero byte. */
const listCommand = ['sh', '-c', `cd ${podWorkDir} && find . ! -type d -print0`];

/** What a shell may hand on to a program as its arguments is limited: to 2 MiB on Linux, with the environment. */
const longestList = 1024 * 1024;

/**
 * Packs everything, or the paths on stdin, one a line: not every busybox has tar's -T (Debian's has not), so the shell
 * splits them. The hash of the archive goes to stderr.
 */
function packScript(listed: boolean): string {
  return [
    `cd ${podWorkDir} || exit 0`,
    listed ? "set -f; IFS='\n'; set -- $(cat)" : 'set -- .',
    'pipe=../.out.$$; mkfifo $pipe || exit 1',
    'sha256sum < $pipe >&2 & sum=$!',
    '{ tar -cf - "$@" || : > $pipe.failed; } | tee $pipe',
    'wait $sum; rm -f $pipe; [ ! -e $pipe.failed ] || { rm -f $pipe.failed; exit 1; }',
  ].join('\n');
}

/**
 * Brings back what is wanted into the working directory on this machine: everything when the directory is shared or
 * synchronised, else the files that match, and all of the output directory.
 *
 * @throws TransferError; ApiError and UnreachableError when the cluster is the cause
 */
export async function fetchFiles(
  target: ExecTarget,
  spec: RunSpec,
  whole: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (whole) return unpackAll(target, spec, signal);
  const own = `${outputName(spec)}/`;
  const matches = compileGlobs(spec.wanted);
  const listed = await untilWhole(signal, () => run(target, listCommand, signal));
  const paths = listed
    .split('\0')
    .map(path => path.replace(/^\.\//, ''))
    .filter(path => path !== '' && (path.startsWith(own) || matches(path)));
  if (paths.length === 0) return;
  const list = Buffer.from(paths.map(path => `./${path}\n`).join(''));
  const separable = !paths.some(path => path.includes('\n'));
  if (!separable || list.length > longestList) return unpackAll(target, spec, signal);
  await untilWhole(signal, () => unpack(target, ['sh', '-c', packScript(true)], spec.workDir, signal, list));
}

function unpackAll(target: ExecTarget, spec: RunSpec, signal: AbortSignal): Promise<void> {
  return untilWhole(signal, () => unpack(target, ['sh', '-c', packScript(false)], spec.workDir, signal));
}

async function unpack(
  target: ExecTarget,
  command: readonly string[],
  folder: string,
  signal: AbortSignal,
  stdin?: Uint8Array,
): Promise<void> {
  const hash = createHash('sha256');
  const execution = await exec(target, command, { signal, ...(stdin && { stdin: once(stdin) }) });
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  execution.stdout.on('error', error => hashing.destroy(error));
  const unpacking = unpackInto(execution.stdout.pipe(hashing), folder);
  const [ended, unpacked] = await Promise.allSettled([execution.done, unpacking]);
  if (ended.status === 'rejected') throw ended.reason;
  const { exitCode, stderr, message } = ended.value;
  if (exitCode !== 0) throw new TransferError(stderr.trim() || message);
  const sum = /\b([0-9a-f]{64})\b/.exec(stderr)?.[1];
  if (sum !== hash.digest('hex')) throw new BrokenTransfer('the output files arrived changed');
  if (unpacked.status === 'rejected') throw unpacked.reason;
}

/** Runs a command to its end and gives what it printed. */
async function run(
  target: ExecTarget,
  command: readonly string[],
  signal: AbortSignal,
  stdin?: AsyncIterable<Uint8Array>,
): Promise<string> {
  const execution = await exec(target, command, { signal, ...(stdin && { stdin }) });
  const parts: Buffer[] = [];
  const reading = (async () => {
    for await (const part of execution.stdout) parts.push(part as Buffer);
  })();
  reading.catch(() => {});
  const { exitCode, stderr, message } = await execution.done;
  if (exitCode !== 0) throw new TransferError(stderr.trim() || message);
  await reading;
  return Buffer.concat(parts).toString('utf8');
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

class BrokenTransfer extends TransferError {}

/** What was cut or changed on the way begins again; what a command says about files does not get better by that. */
async function untilWhole<Result>(signal: AbortSignal, transfer: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transfer();
    } catch (error) {
      const again = error instanceof BrokenTransfer || isPassing(error);
      if (signal.aborted || !again || attempt === attempts) throw error;
      const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
      await pause(asked ?? firstPauseMs * 2 ** attempt, undefined, { signal });
    }
  }
}
