/** The configuration and the secrets that the command line names. */

import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { SecretStore, SecretStoreError } from '../config/secret-store.ts';
import type { Problem } from '../model/flow.ts';
import { readText } from './files.ts';
import { Refusal } from './refusal.ts';
import { defaultStateFolder } from './state-folder.ts';

export interface SettingsOptions {
  readonly config?: string;
  readonly secrets?: string;
  /** `NAME=value`; wins over the file, the state folder and the environment. */
  readonly secret?: readonly string[];
  /** The state folder, for the secrets that are kept there. */
  readonly state?: string;
}

export interface Settings {
  readonly config: Config;
  /** For people: unknown keys and the like. */
  readonly warnings: readonly string[];
}

/** @throws Refusal */
export function readSettings(options: SettingsOptions, environment: NodeJS.ProcessEnv): Settings {
  const text = options.config === undefined ? undefined : readText(options.config, 'configuration');
  const secretsText = options.secrets === undefined ? undefined : readText(options.secrets, 'secrets file');
  const { config, problems } = loadConfig({
    ...(text !== undefined && { text }),
    ...(secretsText !== undefined && { secretsText }),
    keptSecrets: keptSecrets(options.state ?? defaultStateFolder),
    env: environment,
  });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const violations = errors.map(({ path, position, message, code }) => ({ path, ...position, message, code }));
    throw new Refusal(
      'invalid-configuration',
      errors.map(problem => sentence(problem, options)).join('\n'),
      violations,
    );
  }
  const given = Object.fromEntries((options.secret ?? []).map(parseSecretArgument));
  return {
    config: { ...config, secrets: { ...config.secrets, ...given } },
    warnings: problems.map(problem => sentence(problem, options)),
  };
}

/** A problem of the configuration has a place in it; one of a secret says itself where it is. */
function sentence({ code, message, position, hint }: Problem, { config }: SettingsOptions): string {
  const place = code === 'invalid-secret' ? '' : `${config}:${position.line}:${position.column}: `;
  return `${place}${message}${hint === undefined ? '' : `. ${hint}`}`;
}

function keptSecrets(stateDir: string): Readonly<Record<string, string>> {
  try {
    return new SecretStore(stateDir).all();
  } catch (error) {
    if (error instanceof SecretStoreError) throw new Refusal('invalid-secret', error.message);
    throw error;
  }
}

/** Secrets are found by their names in capitals, as in Kestra. */
function parseSecretArgument(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  // The text is not repeated: it may be the secret.
  if (equals < 1) throw new Refusal('bad-argument', '--secret: write it as NAME=value.');
  return [text.slice(0, equals).toUpperCase(), text.slice(equals + 1)];
}
