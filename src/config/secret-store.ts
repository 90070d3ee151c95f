/** Secrets that are kept in the state folder: a file each, named for the secret, for its owner only. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../model/system-error.ts';

/** A secret that cannot be kept or read. The message is for the user, and never has the secret. */
export class SecretStoreError extends Error {}

const namePattern = /^[A-Za-z_][\w.-]*$/;

/** @throws SecretStoreError for what no secret can be named */
export function checkSecretName(name: string): void {
  if (namePattern.test(name)) return;
  throw new SecretStoreError(
    `A secret cannot be named '${name}': a name begins with a letter or _, and has letters, digits, '_', '.' and '-' only.`,
  );
}

export class SecretStore {
  readonly #dir: string;

  /** @param stateDir the state folder; where it has no secrets, nothing is made */
  constructor(stateDir: string) {
    this.#dir = join(stateDir, 'secrets');
  }

  /** In capitals, sorted. */
  names(): readonly string[] {
    try {
      return readdirSync(this.#dir)
        .filter(name => namePattern.test(name))
        .sort();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A state folder that is a file is refused by who opens it.
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      throw new SecretStoreError(`The secrets in ${this.#dir} cannot be read: ${reasonOf(error)}`);
    }
  }

  /** By name. @throws SecretStoreError also for a file that others can read, as ssh does with keys */
  all(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.names().map(name => [name, this.#read(name)]));
  }

  /** @throws SecretStoreError */
  set(name: string, value: string): void {
    checkSecretName(name);
    const path = join(this.#dir, name.toUpperCase());
    // Never half there, and never readable by others, not even while it is written.
    const temporary = join(this.#dir, `.${process.pid}-${name}`);
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      chmodSync(this.#dir, 0o700);
      writeFileSync(temporary, value, { mode: 0o600, flag: 'wx' });
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw new SecretStoreError(`The secret cannot be kept in ${this.#dir}: ${reasonOf(error)}`);
    }
  }

  /** False when there was none. @throws SecretStoreError */
  delete(name: string): boolean {
    const kept = name.toUpperCase();
    if (!this.names().includes(kept)) return false;
    try {
      unlinkSync(join(this.#dir, kept));
      return true;
    } catch (error) {
      throw new SecretStoreError(`The secret ${kept} cannot be removed: ${reasonOf(error)}`);
    }
  }

  #read(name: string): string {
    const path = join(this.#dir, name);
    try {
      if ((statSync(path).mode & 0o077) === 0) return readFileSync(path, 'utf8');
    } catch (error) {
      throw new SecretStoreError(`The secret ${name} cannot be read: ${reasonOf(error)}`);
    }
    throw new SecretStoreError(`The file ${path} holds a secret and others can read it. Run: chmod 600 '${path}'`);
  }
}
