/** Credential plug-ins of a kubeconfig: a program that prints a token or a certificate (client.authentication.k8s.io). */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TokenSource } from '../client/access.ts';
import { AccessError } from '../client/errors.ts';

/** The `exec` section of a kubeconfig's user. */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

interface Credential {
  readonly status?: {
    readonly token?: string;
    readonly expirationTimestamp?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
  };
}

/** A plug-in may ask a cloud; one that takes longer than this waits for somebody to type. */
const limitMs = 60_000;
/** A token this near to its end may be refused on arrival. */
const marginMs = 30_000;

/**
 * Runs the plug-in once, and again when its token ends or is refused.
 * @throws AccessError in the user's words
 */
export async function execCredentials(
  plugin: ExecPlugin,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  cluster: { readonly server: string; readonly ca?: Buffer },
): Promise<{ readonly token?: TokenSource; readonly cert?: string; readonly key?: string }> {
  let given = await ask();
  const { clientCertificateData: cert, clientKeyData: key } = given;
  if (given.token === undefined) return { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
  const token: TokenSource = async fresh => {
    const ends = given.expirationTimestamp === undefined ? Infinity : Date.parse(given.expirationTimestamp);
    if (fresh || Date.now() > ends - marginMs) given = await ask();
    return given.token;
  };
  return { token, ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };

  async function ask(): Promise<NonNullable<Credential['status']>> {
    const apiVersion = plugin.apiVersion ?? 'client.authentication.k8s.io/v1';
    const info = {
      apiVersion,
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        ...(plugin.provideClusterInfo && {
          cluster: {
            server: cluster.server,
            ...(cluster.ca && { 'certificate-authority-data': cluster.ca.toString('base64') }),
          },
        }),
      },
    };
    const added = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
    const env = { ...environment, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    // A name is looked for on the PATH, a path is relative to the kubeconfig: as kubectl does.
    const command = plugin.command.includes('/') ? resolve(folder, plugin.command) : plugin.command;
    try {
      const { stdout } = await promisify(execFile)(command, [...(plugin.args ?? [])], { env, timeout: limitMs });
      const { status } = JSON.parse(stdout) as Credential;
      if (status?.token !== undefined || status?.clientCertificateData !== undefined) return status;
      throw new Error('it gave neither a token nor a certificate');
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      const hint = code === 'ENOENT' && plugin.installHint ? ` ${plugin.installHint}` : '';
      throw new AccessError(`The credential plug-in ${plugin.command} of the kubeconfig failed: ${message}${hint}`);
    }
  }
}
