/** Docker's credential helpers: programs that keep passwords (https://docs.docker.com/reference/cli/docker/login/#credential-helpers). */
import { spawn } from 'node:child_process';
import { readText } from './client/connection.ts';
import type { Environment } from './client/endpoint.ts';
import type { Credentials } from './registry-config.ts';

const limitMs = 30_000;

/**
 * Asks `docker-credential-<name>` for a server; undefined when it knows none.
 * @throws Error when it cannot be run or fails
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  env: Environment,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  const child = spawn(program, ['get'], { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], timeout: limitMs });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'it is not on the PATH' : error.message;
      reject(new Error(`${program}, which the Docker configuration names, cannot be run: ${why}`));
    });
    child.once('exit', resolve);
  });
  // A helper that does not read its input breaks the pipe; its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(server);
  const [code, output, complaint] = await Promise.all([ended, readText(child.stdout), readText(child.stderr)]);
  if (code === null) throw new Error(`${program} did not answer for ${server} within ${limitMs / 1000} s`);
  if (code !== 0) {
    const said = (output || complaint).trim();
    if (/credentials not found/i.test(said)) return undefined;
    throw new Error(`${program} failed for ${server}: ${said || `exit code ${code}`}`);
  }
  const { Username: username = '', Secret: secret } = readAnswer(output) ?? {};
  // What it said instead is not repeated: it may be the password.
  if (typeof secret !== 'string') throw new Error(`${program} gave no credentials for ${server} in JSON`);
  return username === '<token>' ? { identityToken: secret } : { username, password: secret };
}

function readAnswer(output: string): { readonly Username?: string; readonly Secret?: unknown } | undefined {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}
