/** State folders of `run --ephemeral`: each process makes one of its own and removes it, unless it is killed. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../store/store.ts';

const prefix = 'windlass-ephemeral-';

/** @throws StoreError when there is no place for it */
export async function makeTemporaryState(): Promise<string> {
  try {
    return await mkdtemp(join(await realpath(tmpdir()), prefix));
  } catch (error) {
    throw new StoreError(
      `No temporary folder can be made in ${tmpdir()}: ${(error as Error).message}. The environment variable TMPDIR names another place.`,
      { cause: error },
    );
  }
}

/** All that are there, of living processes too. */
export async function temporaryStates(): Promise<readonly string[]> {
  const folder = await realpath(tmpdir());
  const names = await readdir(folder);
  return names
    .filter(name => name.startsWith(prefix))
    .map(name => join(folder, name))
    .filter(dir => existsSync(join(dir, 'windlass.db')));
}
