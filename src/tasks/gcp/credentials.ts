/** Who logs in to Google Cloud: what the task says, else what Google's own tools would take. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '../task-type.ts';

export type GoogleCredentials =
  | {
      readonly type: 'service_account';
      readonly client_email: string;
      readonly private_key: string;
      readonly private_key_id?: string;
      readonly token_uri?: string;
      readonly project_id?: string;
    }
  | {
      readonly type: 'authorized_user';
      readonly client_id: string;
      readonly client_secret: string;
      readonly refresh_token: string;
      readonly token_uri?: string;
      readonly project_id?: string;
    }
  | { readonly type: 'machine'; readonly project_id?: string };

const needed = {
  service_account: ['client_email', 'private_key'],
  authorized_user: ['client_id', 'client_secret', 'refresh_token'],
} as const;

/**
 * The order is that of https://cloud.google.com/docs/authentication/application-default-credentials.
 *
 * @param key the task's own, as JSON text
 * @throws TaskError that names where the credentials come from and what is wrong
 */
export async function findCredentials(
  key: string | undefined,
  environment: Readonly<Record<string, string>>,
): Promise<GoogleCredentials> {
  if (key !== undefined) return parseCredentials(key, 'The property serviceAccount');
  const named = environment.GOOGLE_APPLICATION_CREDENTIALS;
  if (named) {
    const where = `The file ${named} of GOOGLE_APPLICATION_CREDENTIALS`;
    const text = await readFile(named, 'utf8').catch(error => {
      throw new TaskError(`${where} cannot be read: ${(error as Error).message}`);
    });
    return parseCredentials(text, where);
  }
  const folder =
    environment.CLOUDSDK_CONFIG ??
    (environment.HOME === undefined ? undefined : join(environment.HOME, '.config/gcloud'));
  if (folder !== undefined) {
    const file = join(folder, 'application_default_credentials.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return parseCredentials(text, `The file ${file}`);
  }
  return { type: 'machine' };
}

function parseCredentials(text: string, where: string): GoogleCredentials {
  const found = parseObject(text, where);
  const { type } = found;
  if (type !== 'service_account' && type !== 'authorized_user') {
    throw new TaskError(
      `${where} holds credentials of the type "${type}"; give the key of a service account (service_account) or a login of gcloud (authorized_user).`,
    );
  }
  const missing = needed[type].filter(name => typeof found[name] !== 'string');
  if (missing.length > 0) throw new TaskError(`${where} lacks ${missing.join(', ')}.`);
  return found as unknown as GoogleCredentials;
}

/** What is wrong is said without the text: it is a secret. */
function parseObject(text: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {}
  throw new TaskError(`${where} must be a JSON object, as Google gives out keys.`);
}
