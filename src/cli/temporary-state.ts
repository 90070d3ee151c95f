/** State folders of `run --ephemeral`: each process makes one of its own and removes it, unless it is killed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from '../model/system-error.ts';
import { isAlive, type ProcessIdentity, processIdentity } from '../store/process-identity.ts';
import { StoreError } from '../store/store.ts';

const prefix = 'windlass-ephemeral-';
const makerFile = 'process.json';

/** @throws StoreError when there is no place for it */
export async function makeTemporaryState(): Promise<string> {
  try {
    const dir = await mkdtemp(join(await realpath(tmpdir()), prefix));
    writeFileSync(join(dir, makerFile), JSON.stringify(processIdentity()));
    return dir;
  } catch (error) {
    throw new StoreError(
      `No temporary folder can be made in ${tmpdir()}: ${reasonOf(error)}. The environment variable TMPDIR names another place.`,
      { cause: error },
    );
  }
}

/** Those whose process has ended without removing them. The store cannot tell: it may hold no execution yet. */
export async function forgottenStates(): Promise<readonly string[]> {
  const folder = await realpath(tmpdir());
  const names = await readdir(folder);
  return names
    .filter(name => name.startsWith(prefix))
    .map(name => join(folder, name))
    .filter(hasNoProcess);
}

function hasNoProcess(dir: string): boolean {
  try {
    return !isAlive(JSON.parse(readFileSync(join(dir, makerFile), 'utf8')) as ProcessIdentity);
  } catch {
    // It is being made, being removed, or another user's.
    return false;
  }
}
