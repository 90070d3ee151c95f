/** Docker's credential helpers: programs that keep passwords (https://docs.docker.com/reference/cli/docker/login/#credential-helpers). */
import { spawn } from 'node:child_process';
import { readText } from './client/connection.ts';
import type { Environment } from './client/endpoint.ts';
import type { Credentials } from './settings.ts';

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
    child.once('error', error => reject(new Error(`${program} cannot be run: ${error.message}`)));
    child.once('exit', resolve);
  });
  // A helper that does not read its input breaks the pipe; its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(server);
  const [code, output, complaint] = await Promise.all([ended, readText(child.stdout), readText(child.stderr)]);
  if (code !== 0) {
    const said = (output || complaint).trim();
    if (/credentials not found/i.test(said)) return undefined;
    throw new Error(`${program} failed for ${server}: ${said || `exit code ${code}`}`);
  }
  const { Username: username, Secret: secret } = JSON.parse(output) as { Username?: string; Secret?: string };
  if (secret === undefined) return undefined;
  return username === '<token>' ? { identityToken: secret } : { username: username ?? '', password: secret };
}
