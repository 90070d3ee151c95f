/** Files that are being written, out of the way of finished ones but on the same disk. */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../../model/ids.ts';

/** No URI leads here: encoded segments have no bare `%`. */
export const temporaryFolder = '%tmp';

/** What a killed process left is removed when it is older than this, in milliseconds: no write takes so long. */
const abandonedAfter = 24 * 60 * 60 * 1000;

/** The writing half of the local storage. */
export class TemporaryFiles {
  readonly #dir: string;
  readonly #durable: boolean;
  #ready: Promise<void> | undefined;

  constructor(root: string, durable: boolean) {
    this.#dir = join(root, temporaryFolder);
    this.#durable = durable;
  }

  /**
   * Has `fill` make a file, then gives it the name `target` in one step, so that nobody sees half a file.
   * The file's content reaches the disk before its name does, and both before this resolves.
   */
  async publish(target: string, fill: (path: string) => Promise<void>): Promise<void> {
    this.#ready ??= this.#prepare();
    await this.#ready;
    const path = join(this.#dir, newId());
    try {
      await fill(path);
      await this.give(path, target);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Gives a whole file of the same disk the name `target`, with the same promises. */
  async give(path: string, target: string): Promise<void> {
    if (this.#durable) await sync(path);
    await renameInto(path, target);
    if (this.#durable) await sync(dirname(target));
  }

  async #prepare(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#dir)) {
      const path = join(this.#dir, name);
      const found = await stat(path).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > abandonedAfter) await rm(path, { force: true });
    }
  }
}

/** The folder is nearly always there: 10,000 output files of a task go into one. */
async function renameInto(path: string, target: string): Promise<void> {
  try {
    await rename(path, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(path, target);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
