/** Whose rights an AWS task has: what it says, else what AWS' own tools would take. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '../task-type.ts';
import type { AwsCredentials } from './presign.ts';
import { assumeRoleWithWebIdentity, type Sts } from './sts.ts';

export interface GivenCredentials {
  readonly accessKeyId: string | undefined;
  readonly secretKeyId: string | undefined;
  readonly sessionToken: string | undefined;
}

/** @throws TaskError that says where was looked */
export async function findCredentials(
  given: GivenCredentials,
  environment: Readonly<Record<string, string>>,
  sts: Sts,
): Promise<AwsCredentials> {
  const own = pair(given.accessKeyId, given.secretKeyId, given.sessionToken);
  if (own) return own;
  if (given.accessKeyId !== undefined || given.secretKeyId !== undefined) {
    throw new TaskError('accessKeyId and secretKeyId must be given together.');
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  const inherited = pair(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
  return inherited ?? (await ofWebIdentity(environment, sts)) ?? (await ofProfile(environment));
}

function pair(
  id: string | undefined,
  secret: string | undefined,
  token: string | undefined,
): AwsCredentials | undefined {
  if (!id || !secret) return undefined;
  return { accessKeyId: id, secretKeyId: secret, ...(token && { sessionToken: token }) };
}

async function ofWebIdentity(environment: Readonly<Record<string, string>>, sts: Sts) {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: arn, AWS_ROLE_SESSION_NAME: name } = environment;
  if (!file || !arn) return undefined;
  const token = await readFile(file, 'utf8').catch(error => {
    throw new TaskError(`The file ${file} of AWS_WEB_IDENTITY_TOKEN_FILE cannot be read: ${(error as Error).message}`);
  });
  return assumeRoleWithWebIdentity(sts, { arn, sessionName: name || 'windlass' }, token.trim());
}

async function ofProfile(environment: Readonly<Record<string, string>>): Promise<AwsCredentials> {
  const { AWS_SHARED_CREDENTIALS_FILE, AWS_PROFILE = 'default', HOME = '/' } = environment;
  const file = AWS_SHARED_CREDENTIALS_FILE ?? join(HOME, '.aws/credentials');
  const text = await readFile(file, 'utf8').catch(() => '');
  const section = sectionOf(text, AWS_PROFILE);
  const found = pair(section.aws_access_key_id, section.aws_secret_access_key, section.aws_session_token);
  if (found) return found;
  throw new TaskError(
    `There are no credentials for AWS: give accessKeyId and secretKeyId, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; looked for also in AWS_WEB_IDENTITY_TOKEN_FILE and the profile ${AWS_PROFILE} of ${file}.`,
  );
}

/** `name = value` lines below `[profile]`. */
function sectionOf(text: string, profile: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').map(line => line.trim());
  const begin = lines.indexOf(`[${profile}]`);
  if (begin < 0) return {};
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex(line => line.startsWith('['));
  const entries = (end < 0 ? rest : rest.slice(0, end)).flatMap(line => {
    const [, name, value] = /^([^#;=\s]+)\s*=\s*(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}
