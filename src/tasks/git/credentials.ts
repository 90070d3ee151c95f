/** How git learns of passwords and keys: never on a command line, never in the repository's own settings. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface GitCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly passphrase?: string | undefined;
}

/** Settings that hold for one call, by name. */
export type GitSettings = readonly (readonly [name: string, value: string])[];

/** Asked by git for a user name and a password; what it answers stands in the environment of that git alone. */
const helper =
  '!f() { test "$1" != get || printf "username=%s\\npassword=%s\\n" "$WINDLASS_GIT_USERNAME" "$WINDLASS_GIT_PASSWORD"; }; f';

/** The environment that passes settings to git (git-config(1), GIT_CONFIG_COUNT; from git 2.31). */
export function settingsEnvironment(settings: GitSettings): Record<string, string> {
  const entries = settings.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...Object.fromEntries(entries), GIT_CONFIG_COUNT: String(settings.length) };
}

/** For one server only: a submodule or a redirect that leads to another one does not get the password. */
export function passwordSettings(url: string, { username, password }: GitCredentials): GitSettings {
  if (username === undefined && password === undefined) return [];
  const server = /^https?:\/\/(?:[^@/]*@)?([^/]+)/i.exec(url);
  if (!server) return [];
  const scope = `credential.${url.slice(0, url.indexOf(':'))}://${server[1]}`;
  // The empty one forgets helpers of the machine, which might keep what they are told.
  return [
    [`${scope}.helper`, ''],
    [`${scope}.helper`, helper],
  ];
}

/** The folder with the key is removed when the work is done, however it ends. */
export async function withKeyFiles<Result>(
  workDir: string,
  { privateKey, passphrase, username, password }: GitCredentials,
  work: (environment: Readonly<Record<string, string>>) => Promise<Result>,
): Promise<Result> {
  const passwords = {
    // GitHub and GitLab take any name with a token; git asks for one.
    WINDLASS_GIT_USERNAME: username ?? 'git',
    WINDLASS_GIT_PASSWORD: password ?? '',
    GIT_TERMINAL_PROMPT: '0',
  };
  if (privateKey === undefined) return work({ ...passwords, GIT_SSH_COMMAND: sshCommand([]) });
  const folder = await mkdtemp(`${workDir}.key-`);
  try {
    const [key, answer] = [join(folder, 'key'), join(folder, 'answer')];
    // ssh does not read a key whose last line has no end.
    await writeFile(key, `${privateKey.trim()}\n`, { mode: 0o600 });
    await writeFile(answer, '#!/bin/sh\nprintf "%s\\n" "$WINDLASS_GIT_PASSPHRASE"\n', { mode: 0o700 });
    return await work({
      ...passwords,
      GIT_SSH_COMMAND: sshCommand(['-i', `'${key.replaceAll("'", `'\\''`)}'`, '-o', 'IdentitiesOnly=yes'], passphrase),
      ...(passphrase !== undefined && {
        WINDLASS_GIT_PASSPHRASE: passphrase,
        SSH_ASKPASS: answer,
        SSH_ASKPASS_REQUIRE: 'force',
        DISPLAY: ':none',
      }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A server that is not known yet is trusted, as in Kestra; one whose key has changed is not. */
function sshCommand(options: readonly string[], passphrase?: string): string {
  const batch = passphrase === undefined ? ['-o', 'BatchMode=yes'] : ['-o', 'NumberOfPasswordPrompts=1'];
  return ['ssh', ...options, ...batch, '-o', 'StrictHostKeyChecking=accept-new'].join(' ');
}
