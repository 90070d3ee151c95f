/** Files out of the helper after the program has ended: one exec in which both sides talk. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { diskShortage } from '../../files/disk-shortage.ts';
import { compileGlobs } from '../../files/java-glob.ts';
import { emptyWhereFull } from '../../files/remove-folder.ts';
import { unpackInto } from '../../files/tar.ts';
import type { RunSpec } from '../../model/run.ts';
import type { OnOther } from '../runner.ts';
import { type ExecTarget, exec } from './client/exec.ts';
import { outputName, podWorkDir } from './paths.ts';
import { BrokenTransfer, inTurn, TransferError } from './transfer.ts';

/** What a shell may hand on to a program as its arguments is limited: to 2 MiB on Linux, with the environment. */
const longestList = 1024 * 1024;

/**
 * Says what is there, each name ended by a zero byte and the list by one more; then hears on stdin what is wanted:
 * `none`, `all`, or `these` and the paths, one a line; then gives them as an archive, with its hash on stderr. Not
 * every busybox has tar's -T (Debian's has not), so the shell splits the paths.
 */
const script = [
  `cd ${podWorkDir} || exit 1`,
  "find . ! -type d -print0 && printf '\\0' || exit 1",
  'read -r wish || exit 1',
  `case $wish in none) exit 0 ;; all) set -- . ;; *) set -f; IFS='\n'; set -- $(cat) ;; esac`,
  'pipe=../.out.$$; mkfifo $pipe || exit 1',
  'sha256sum < $pipe >&2 & sum=$!',
  '{ tar -cf - "$@" || : > $pipe.failed; } | tee $pipe',
  'wait $sum; rm -f $pipe; [ ! -e $pipe.failed ] || { rm -f $pipe.failed; exit 1; }',
].join('\n');

/**
 * Brings back what is wanted into the working directory on this machine: everything when the directory is shared or
 * synchronised, else the files that match, and all of the output directory.
 *
 * @throws TransferError; ApiError and UnreachableError when the cluster is the cause
 */
export function fetchFiles(
  target: ExecTarget,
  spec: RunSpec,
  { whole, onOther }: { readonly whole: boolean; readonly onOther?: OnOther | undefined },
  signal: AbortSignal,
): Promise<void> {
  const own = `${outputName(spec)}/`;
  const matches = compileGlobs(spec.wanted);
  const choose = (paths: readonly string[]): string => {
    if (whole) return 'all\n';
    const wanted = paths.filter(path => path.startsWith(own) || matches(path));
    if (wanted.length === 0) return 'none\n';
    const list = `these\n${wanted.map(path => `./${path}\n`).join('')}`;
    const separable = !wanted.some(path => path.includes('\n'));
    return separable && Buffer.byteLength(list) < longestList ? list : 'all\n';
  };
  const fetched = inTurn(target, signal, () => fetchOnce(target, choose, { folder: spec.workDir, onOther }, signal));
  return fetched.catch(async error => {
    if (!spec.shared) await emptyWhereFull(spec.workDir, error);
    throw error;
  });
}

async function fetchOnce(
  target: ExecTarget,
  choose: (paths: readonly string[]) => string,
  { folder, onOther }: { readonly folder: string; readonly onOther: OnOther | undefined },
  signal: AbortSignal,
): Promise<void> {
  const wish = Promise.withResolvers<Uint8Array>();
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield await wish.promise;
  }
  const { stdout, done } = await exec(target, ['sh', '-c', script], { signal, stdin: stdin() });
  done.catch(() => {});
  const hash = createHash('sha256');
  let some = false;
  const said = new Conversation(stdout);
  const take = async () => {
    const wanted = choose(await said.list());
    wish.resolve(Buffer.from(wanted));
    some = wanted !== 'none\n';
    if (some) await unpackInto(Readable.from(said.rest(hash), { objectMode: false }), folder, { onOther });
  };
  const [taken] = await Promise.allSettled([take()]);
  // Whoever reads it must not wait for ever when nothing was chosen.
  wish.resolve(Buffer.from('none\n'));
  await said.drain();
  const { exitCode, stderr, message } = await done;
  if (exitCode !== 0) throw new TransferError(stderr.trim() || message);
  const sum = /\b([0-9a-f]{64})\b/.exec(stderr)?.[1];
  // The sum of what could not be written is not that of the whole.
  if (taken.status === 'rejected' && diskShortage(taken.reason, folder) !== undefined) throw taken.reason;
  if (some && sum !== hash.digest('hex')) throw new BrokenTransfer('the output files arrived changed');
  if (taken.status === 'rejected') throw taken.reason;
}

/** What the script prints: first the list, then the archive. */
class Conversation {
  readonly #chunks: AsyncIterator<Buffer>;
  #left: Buffer | undefined;

  constructor(stdout: AsyncIterable<Buffer>) {
    this.#chunks = stdout[Symbol.asyncIterator]();
  }

  /** Relative paths. @throws BrokenTransfer when the list has no end */
  async list(): Promise<string[]> {
    const end = Buffer.from('\0\0');
    // As if a name had ended before: the list of nothing is then ended like any other.
    const parts: Buffer[] = [Buffer.of(0)];
    for (;;) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new BrokenTransfer('the list of the output files was cut');
      const last = parts.at(-1) as Buffer;
      const seam = last[last.length - 1] === 0 && value[0] === 0 ? 0 : -1;
      const at = seam === 0 ? 0 : value.indexOf(end) + 1;
      if (seam < 0 && at === 0) {
        parts.push(value);
        continue;
      }
      this.#left = value.subarray(at + 1);
      parts.push(value.subarray(0, at));
      const names = Buffer.concat(parts).toString('utf8').split('\0');
      return names.filter(name => name !== '').map(name => name.replace(/^\.\//, ''));
    }
  }

  /** What nobody reads holds the command back. */
  async drain(): Promise<void> {
    // A connection that broke is told by the exec's end.
    const next = () => this.#chunks.next().catch(() => ({ done: true }));
    while (!(await next()).done);
  }

  /** @param hash is told of all that is given */
  async *rest(hash: { update(chunk: Buffer): unknown }): AsyncGenerator<Buffer> {
    for (let chunk = this.#left; chunk !== undefined; ) {
      hash.update(chunk);
      if (chunk.length > 0) yield chunk;
      const { value, done } = await this.#chunks.next();
      chunk = done ? undefined : value;
    }
  }
}
