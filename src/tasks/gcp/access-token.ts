/** An OAuth access token of Google Cloud for somebody's credentials. */
import { createSign } from 'node:crypto';
import { TaskError } from '../task-type.ts';
import type { GoogleCredentials } from './credentials.ts';
import { callGoogle } from './google-call.ts';

export interface AccessToken {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface TokenRequest {
  readonly credentials: GoogleCredentials;
  readonly scopes: readonly string[];
  /** E-mail address of a service account to act as. */
  readonly impersonated?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

interface TokenAnswer {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number;
}

const defaultTokenUri = 'https://oauth2.googleapis.com/token';
const lifetimeSeconds = 3600;
const failed = 'Google Cloud gives no access token';

/** @throws TaskError in the words of the server */
export async function fetchAccessToken(request: TokenRequest): Promise<AccessToken> {
  const asked = Date.now();
  const answer = await ownToken(request);
  const own = { value: answer.access_token, expires: asked + answer.expires_in * 1000 };
  return request.impersonated === undefined ? own : impersonate(request.impersonated, own, request);
}

function ownToken({ credentials, scopes, environment, signal }: TokenRequest): Promise<TokenAnswer> {
  if (credentials.type === 'machine') {
    const host = environment.GCE_METADATA_HOST ?? 'metadata.google.internal';
    const query = new URLSearchParams({ scopes: scopes.join(',') });
    const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token?${query}`;
    const what = `${failed}; there is no serviceAccount, no GOOGLE_APPLICATION_CREDENTIALS, no login of gcloud, and the machine`;
    return callGoogle(what, { url, headers: { 'Metadata-Flavor': 'Google' } }, signal);
  }
  const url = credentials.token_uri ?? defaultTokenUri;
  const grant: Record<string, string> =
    credentials.type === 'service_account'
      ? { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion(credentials, url, scopes) }
      : {
          grant_type: 'refresh_token',
          client_id: credentials.client_id,
          client_secret: credentials.client_secret,
          refresh_token: credentials.refresh_token,
        };
  return callGoogle(failed, { url, method: 'POST', body: new URLSearchParams(grant) }, signal);
}

/** A signed statement of who asks (RFC 7523; https://developers.google.com/identity/protocols/oauth2/service-account). */
function assertion(
  key: Extract<GoogleCredentials, { type: 'service_account' }>,
  audience: string,
  scopes: readonly string[],
): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const head = { alg: 'RS256', typ: 'JWT', ...(key.private_key_id !== undefined && { kid: key.private_key_id }) };
  const claims = {
    iss: key.client_email,
    scope: scopes.join(' '),
    aud: audience,
    iat: now,
    exp: now + lifetimeSeconds,
  };
  const signed = `${encode(head)}.${encode(claims)}`;
  try {
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key.private_key, 'base64url')}`;
  } catch (error) {
    throw new TaskError('The private_key of the service account cannot be read: it must be PEM.', {}, { cause: error });
  }
}

async function impersonate(
  email: string,
  { value }: AccessToken,
  { scopes, environment, signal }: TokenRequest,
): Promise<AccessToken> {
  const host = environment.CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS ?? 'https://iamcredentials.googleapis.com/';
  const answer = await callGoogle<{ accessToken: string; expireTime: string }>(
    `${failed} for ${email}`,
    {
      url: new URL(`v1/projects/-/serviceAccounts/${encodeURIComponent(email)}:generateAccessToken`, host).href,
      method: 'POST',
      headers: { Authorization: `Bearer ${value}` },
      body: { scope: scopes, lifetime: `${lifetimeSeconds}s` },
    },
    signal,
  );
  return { value: answer.accessToken, expires: Date.parse(answer.expireTime) };
}
