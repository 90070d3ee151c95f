/** Secrets by upper-case name, from the environment (base64, as in Kestra), the state folder and a dotenv file (both plain). */
import type { Problem } from '../model/flow.ts';
import { parseDotenv } from './dotenv.ts';

const prefix = 'SECRET_';

/** True for a variable that holds a secret in base64. */
function isSecretVariable(name: string): boolean {
  return name.startsWith(prefix) && name.length > prefix.length;
}

/**
 * The file wins over those that are kept, and these over the environment. A name in the file may have the prefix
 * `SECRET_` or not; its value is plain either way.
 */
export function readSecrets(
  env: Readonly<Record<string, string | undefined>>,
  kept: Readonly<Record<string, string>>,
  secretsText: string | undefined,
): { readonly secrets: Readonly<Record<string, string>>; readonly problems: readonly Problem[] } {
  const secrets = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !isSecretVariable(name)) continue;
    const decoded = decodeBase64(value);
    if (decoded !== undefined) secrets.set(name.slice(prefix.length).toUpperCase(), decoded);
    else {
      problems.push({
        code: 'invalid-secret',
        severity: 'warning',
        message: `the environment variable ${name} is not base64, so there is no secret '${name.slice(prefix.length)}'`,
        path: name,
        position: { line: 1, column: 1 },
        hint: `Set it with: export ${name}=$(printf %s "$value" | base64 -w0), or give it plain in --secrets FILE.`,
      });
    }
  }
  for (const [name, value] of Object.entries(kept)) secrets.set(name, value);
  const { values, faults } = parseDotenv(secretsText ?? '');
  for (const [name, value] of values)
    secrets.set((isSecretVariable(name) ? name.slice(prefix.length) : name).toUpperCase(), value);
  for (const { line, message } of faults) {
    problems.push({
      code: 'invalid-secret',
      severity: 'error',
      message: `line ${line} of the secrets file ${message}`,
      path: '',
      position: { line, column: 1 },
      hint: 'Write NAME=value, NAME="value" or # for a comment.',
    });
  }
  return { secrets: Object.fromEntries(secrets), problems };
}

function decodeBase64(text: string): string | undefined {
  const trimmed = text.replaceAll(/\s/g, '');
  if (trimmed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(trimmed)) return undefined;
  return Buffer.from(trimmed, 'base64').toString('utf8');
}
