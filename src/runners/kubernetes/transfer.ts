/** Files into the init container by exec, before the program starts. */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { packFolder } from '../../files/tar.ts';
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
  return inTurn(target, signal, async () => {
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

/** Cut or changed on the way. */
export class BrokenTransfer extends TransferError {}

/** Like `untilWhole`, when the transfers that came before leave room. */
export function inTurn(target: ExecTarget, signal: AbortSignal, transfer: () => Promise<void>): Promise<void> {
  return untilWhole(signal, async () => {
    const done = await target.connection.transfers.take(signal);
    await transfer().finally(done);
  });
}

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
