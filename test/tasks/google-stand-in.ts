/** Stands in for Google's token endpoint, metadata server, IAM and container API. It checks what it is shown. */
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface StandInSetting {
  /** The token that it gives out. */
  readonly token?: string;
  readonly cluster?: object;
}

export interface GoogleStandIn {
  readonly url: string;
  /** The key of a service account, as JSON text, whose tokens come from here. */
  readonly serviceAccount: string;
  /** Lets Google's own variables lead here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: { readonly line: string; readonly authorization: string | undefined; readonly body: string }[];
  close(): Promise<void>;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const email = 'robot@project-1.iam.gserviceaccount.com';

type Reply = readonly [code: number, body: object];

export async function startGoogle({ token = 'token-of-robot', cluster }: StandInSetting = {}): Promise<GoogleStandIn> {
  const requests: GoogleStandIn['requests'] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { authorization } = request.headers;
    requests.push({ line: `${request.method} ${request.url}`, authorization, body });
    const [code, reply] = answer(request, body);
    response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(reply));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const answer = ({ url: path = '', headers }: IncomingMessage, body: string): Reply => {
    if (path.startsWith('/computeMetadata/')) {
      return headers['metadata-flavor'] === 'Google'
        ? [200, { access_token: 'token-of-machine', expires_in: 600, token_type: 'Bearer' }]
        : [403, {}];
    }
    if (path === '/token') return tokenFor(new URLSearchParams(body));
    if (headers.authorization !== `Bearer ${token}`) return [401, { error: { code: 401, message: 'Who are you?' } }];
    if (path.includes(':generateAccessToken')) {
      return [200, { accessToken: 'token-of-other', expireTime: '2030-01-02T03:04:05Z' }];
    }
    if (cluster) return [200, cluster];
    return [404, { error: { code: 404, message: 'Not found: no such cluster.', status: 'NOT_FOUND' } }];
  };
  const tokenFor = (form: URLSearchParams): Reply => {
    const granted: Reply = [200, { access_token: token, expires_in: 3599, token_type: 'Bearer' }];
    if (form.get('grant_type') === 'refresh_token') {
      return form.get('refresh_token') === 'fresh'
        ? granted
        : [400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }];
    }
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const { iss, aud, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const signed = createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url');
    const valid = signed && iss === email && aud === `${url}/token` && exp - iat === 3600;
    return valid ? granted : [400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }];
  };

  return {
    url,
    requests,
    serviceAccount: JSON.stringify({
      type: 'service_account',
      project_id: 'project-1',
      private_key_id: 'k1',
      private_key: privateKey,
      client_email: email,
      token_uri: `${url}/token`,
    }),
    environment: {
      GCE_METADATA_HOST: new URL(url).host,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER: `${url}/`,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS: `${url}/`,
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
