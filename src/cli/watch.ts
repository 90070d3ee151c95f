/** `windlass run --watch`: the flow runs again whenever a file that it was made from changes. */
import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { reasonOf } from '../model/system-error.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';

/** Editors write a file in several steps; they count as one change. */
const settleMs = 100;

/**
 * Runs until a signal ends it, or a run is killed; the answer is the exit code of the last run.
 * @param run one run; what is refused is said by it, not thrown
 * @throws Refusal for a folder that cannot be watched
 */
export async function runOnChange(
  files: readonly string[],
  run: () => Promise<number>,
  { output, signals }: Invocation,
): Promise<number> {
  using changes = new Changes(files);
  for (;;) {
    const code = await run();
    if (code === exitCode.killed) return code;
    output.stderr.write(`\nWaiting for a change of ${files.join(', ')}. Ctrl-C ends.\n`);
    const left = new Promise<'left'>(resolve => signals.onCancel(() => resolve('left')));
    if ((await Promise.race([changes.next(), left])) === 'left') return code;
  }
}

/** Changes of files, those during a run included. Their folders are watched: many editors replace a file by a new one. */
class Changes implements Disposable {
  readonly #watchers: FSWatcher[];
  #timer: NodeJS.Timeout | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(files: readonly string[]) {
    const byFolder = Map.groupBy(
      files.map(file => resolve(file)),
      dirname,
    );
    this.#watchers = [...byFolder].map(([folder, paths]) => {
      const names = new Set(paths.map(path => basename(path)));
      try {
        return watchFolder(folder, (_, name) => {
          if (name !== null && names.has(name)) this.#take();
        });
      } catch (error) {
        throw new Refusal('unreadable-file', `The folder ${folder} cannot be watched: ${reasonOf(error)}.`);
      }
    });
  }

  async next(): Promise<void> {
    await this.#changed.promise;
    this.#changed = Promise.withResolvers();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }

  #take(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.resolve(), settleMs);
  }
}
