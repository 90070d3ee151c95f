/** `windlass secret set|list|delete`: the secrets that are kept in the state folder. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { checkSecretName, SecretStore, SecretStoreError } from '../config/secret-store.ts';
import { exitCode } from './exit-code.ts';
import type { Input, Invocation } from './invocation.ts';
import type { Sink } from './output.ts';
import { Refusal } from './refusal.ts';
import { defaultStateFolder } from './state-folder.ts';
import { openWorkspace, type WorkspaceOptions } from './workspace.ts';

export interface SecretOptions extends Pick<WorkspaceOptions, 'state'> {
  readonly json?: boolean;
}

export async function secret(
  action: string,
  name: string | undefined,
  options: SecretOptions,
  { input, output }: Invocation,
): Promise<number> {
  try {
    const store = new SecretStore(options.state ?? defaultStateFolder);
    if (action === 'list') {
      const names = store.names();
      if (names.length === 0 && !options.json) output.stderr.write('No secrets are kept here.\n');
      output.stdout.write(options.json ? `${JSON.stringify(names)}\n` : names.map(each => `${each}\n`).join(''));
      return exitCode.success;
    }
    if (name === undefined)
      throw new Refusal('bad-argument', `Give a name, such as: windlass secret ${action} MY_TOKEN`);
    if (action === 'delete') {
      if (!store.delete(name)) throw new Refusal('bad-argument', `There is no secret ${name.toUpperCase()} here.`);
      return exitCode.success;
    }
    checkSecretName(name);
    const stdin = input();
    const value = stdin.isTTY
      ? await askUnseen(`${name.toUpperCase()}: `, stdin, output.stderr)
      : withoutEnd(await text(stdin));
    if (value === '') throw new Refusal('bad-argument', `No value was given: windlass secret set ${name} < FILE`);
    // Makes the folder as a run would: private, out of git, on a disk that can be trusted.
    await (await openWorkspace(options)).close();
    store.set(name, value);
    return exitCode.success;
  } catch (error) {
    if (error instanceof SecretStoreError) throw new Refusal('invalid-secret', error.message);
    throw error;
  }
}

/** `echo` and editors end a text with a new line, which belongs to no secret. */
function withoutEnd(value: string): string {
  return value.replace(/\r?\n$/, '');
}

/** A line from the terminal that it does not show. */
async function askUnseen(prompt: string, typed: Input, shown: Sink): Promise<string> {
  shown.write(prompt);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: typed, output: unseen, terminal: true });
  try {
    const [line] = await Promise.race([once(terminal, 'line'), once(terminal, 'close')]);
    return line ?? '';
  } finally {
    terminal.close();
    shown.write('\n');
  }
}
