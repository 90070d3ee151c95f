/** AWS' token service: other credentials for those one has. */
import { buffer } from 'node:stream/consumers';
import { exchange } from '../http/exchange.ts';
import { HttpError } from '../http/http-error.ts';
import { TaskError } from '../task-type.ts';
import { type AwsCredentials, presign } from './presign.ts';

export interface Sts {
  readonly region: string;
  /** Its address, when it is not the region's own. */
  readonly endpoint?: string;
  readonly signal: AbortSignal;
}

export interface Role {
  readonly arn: string;
  readonly sessionName: string;
  readonly seconds?: number;
  readonly externalId?: string;
}

const version = '2011-06-15';
const presignedSeconds = 60;
const idleTimeoutMs = 60_000;

/** Address of a call without its signature. */
export function stsUrl(
  { region, endpoint }: Pick<Sts, 'region' | 'endpoint'>,
  parameters: Record<string, string>,
): string {
  const host = endpoint ?? `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
  const url = new URL(host);
  url.search = new URLSearchParams({ ...parameters, Version: version }).toString();
  return url.href;
}

/** @throws TaskError in the words of the server */
export function assumeRole(sts: Sts, role: Role, credentials: AwsCredentials): Promise<AwsCredentials> {
  const { region } = sts;
  const url = stsUrl(sts, { Action: 'AssumeRole', ...parametersOf(role) });
  const signed = { url, region, service: 'sts', credentials, date: new Date(), expiresSeconds: presignedSeconds };
  return ask(sts, presign(signed), role.arn);
}

/** For a workload that its own cluster vouches for (IAM roles for service accounts). @throws TaskError */
export function assumeRoleWithWebIdentity(sts: Sts, role: Role, token: string): Promise<AwsCredentials> {
  const parameters = { Action: 'AssumeRoleWithWebIdentity', ...parametersOf(role), WebIdentityToken: token };
  return ask(sts, stsUrl(sts, parameters), role.arn);
}

function parametersOf({ arn, sessionName, seconds, externalId }: Role): Record<string, string> {
  return {
    RoleArn: arn,
    RoleSessionName: sessionName,
    ...(seconds !== undefined && { DurationSeconds: String(seconds) }),
    ...(externalId !== undefined && { ExternalId: externalId }),
  };
}

async function ask(sts: Sts, url: string, arn: string): Promise<AwsCredentials> {
  const what = `AWS gives no credentials for the role ${arn}`;
  try {
    // The answer is XML unless JSON is asked for.
    const request = { url: new URL(url), method: 'GET', headers: { Accept: 'application/json' } };
    const options = { followRedirects: false, idleTimeoutMs, insecureTrustAllCertificates: false };
    const response = await exchange(request, options, sts.signal);
    const answer = JSON.parse((await buffer(response.body)).toString());
    if (response.code >= 300) throw new TaskError(`${what}: ${response.code} ${answer.Error?.Message ?? ''}`);
    const [wrapped] = Object.values<Record<string, { Credentials?: Record<string, string> }>>(answer);
    const found = Object.values(wrapped ?? {}).find(part => part?.Credentials !== undefined)?.Credentials;
    if (!found?.AccessKeyId || !found.SecretAccessKey) throw new TaskError(`${what}: the answer holds none.`);
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretKeyId, SessionToken: sessionToken } = found;
    return { accessKeyId, secretKeyId, ...(sessionToken !== undefined && { sessionToken }) };
  } catch (error) {
    if (error instanceof HttpError) throw new TaskError(`${what}: ${error.message}`, {}, { cause: error });
    if (error instanceof SyntaxError) throw new TaskError(`${what}: its token service does not answer with JSON.`);
    throw error;
  }
}
