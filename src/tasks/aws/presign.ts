/** Signature Version 4 of AWS in the query of an address (docs.aws.amazon.com, "Create a signed AWS API request"). Pure. */
import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretKeyId: string;
  readonly sessionToken?: string;
}

export interface PresignRequest {
  readonly url: string;
  /** Headers that whoever uses the address must send as well; names in lower case. `host` is always signed. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly region: string;
  readonly service: string;
  readonly credentials: AwsCredentials;
  readonly date: Date;
  readonly expiresSeconds: number;
  /** Hash of the body in hex, or UNSIGNED-PAYLOAD; that of no body if absent. */
  readonly payloadHash?: string;
}

const algorithm = 'AWS4-HMAC-SHA256';

/** The address with its signature, for a GET. */
export function presign(request: PresignRequest): string {
  const { region, service, credentials, date, expiresSeconds } = request;
  const url = new URL(request.url);
  const headers = { host: url.host, ...request.headers };
  const names = Object.keys(headers).sort();
  const time = date.toISOString().replace(/[:-]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const added = {
    'X-Amz-Algorithm': algorithm,
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(expiresSeconds),
    ...(credentials.sessionToken !== undefined && { 'X-Amz-Security-Token': credentials.sessionToken }),
    'X-Amz-SignedHeaders': names.join(';'),
  };
  const query = [...url.searchParams, ...Object.entries(added)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = [
    'GET',
    url.pathname,
    query,
    ...names.map(name => `${name}:${headers[name as keyof typeof headers]?.trim()}`),
    '',
    names.join(';'),
    request.payloadHash ?? sha256(''),
  ].join('\n');
  const toSign = [algorithm, time, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${credentials.secretKeyId}`);
  const signature = hmac(key, toSign).toString('hex');
  return `${url.origin}${url.pathname}?${query}&X-Amz-Signature=${signature}`;
}

/** As AWS wants it: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
