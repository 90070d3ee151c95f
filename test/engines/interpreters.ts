/** Interpreters of script languages, as far as they are kept in the cache folder of the tests: those of npm, pinned. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const versions: Readonly<Record<string, string>> = { bun: '1.4.5', deno: '2.9.6' };

const kept = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'windlass', 'interpreters');

/** Where Go keeps what it has compiled: its standard library takes 12 s of CPU the first time, a script 0.2 s then. */
export const goCache = join(kept, 'go');

/** Names of the programs that `npmInterpreter` knows. */
export const npmInterpreters: readonly string[] = Object.keys(versions);

/**
 * The folder that has the program, for the PATH; undefined where npm cannot provide it. The first time takes 5 s and
 * 100 MB each.
 */
export function npmInterpreter(name: string): string | undefined {
  const version = versions[name];
  const folder = join(kept, `${name}-${version}`);
  const bin = join(folder, 'node_modules', '.bin');
  if (existsSync(bin)) return bin;
  mkdirSync(kept, { recursive: true });
  const aside = mkdtempSync(`${folder}.new-`);
  try {
    writeFileSync(join(aside, 'package.json'), '{}');
    const args = ['install', '--silent', '--no-audit', '--no-fund', `${name}@${version}`];
    execFileSync('npm', args, { cwd: aside, stdio: 'pipe' });
    execFileSync(join(aside, 'node_modules', '.bin', name), ['--version'], { stdio: 'pipe' });
    if (!existsSync(folder)) renameSync(aside, folder);
    return bin;
  } catch (error) {
    console.warn(`${name}: npm could not provide it, a stand-in takes its place: ${(error as Error).message}`);
    return undefined;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
