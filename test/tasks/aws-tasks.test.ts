import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { presign } from '../../src/tasks/aws/presign.ts';
import { TaskHarness } from './task-harness.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretKeyId: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

describe('a presigned address', () => {
  it('is that of the published example', () => {
    // docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    const url = presign({
      url: 'https://examplebucket.s3.amazonaws.com/test.txt',
      region: 'us-east-1',
      service: 's3',
      credentials,
      date: new Date('2013-05-24T00:00:00Z'),
      expiresSeconds: 86_400,
      payloadHash: 'UNSIGNED-PAYLOAD',
    });
    expect(new URL(url).searchParams.get('X-Amz-Signature')).toBe(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });
});

describe('EksToken', () => {
  let harness: TaskHarness;
  let server: Server | undefined;
  beforeEach(() => {
    harness = new TaskHarness();
  });
  afterEach(async () => {
    harness.close();
    await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  /** A token service; gives its address and what it was asked. */
  const startSts = async (code: number, answer: object): Promise<{ endpoint: string; asked: URLSearchParams[] }> => {
    const asked: URLSearchParams[] = [];
    server = createServer((request, response) => {
      asked.push(new URL(request.url ?? '', 'http://x').searchParams);
      response.writeHead(code).end(JSON.stringify(answer));
    });
    await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
    return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
  };
  const run = (properties: ValueMap, environment: Record<string, string> = {}, type = 'auth.EksToken') =>
    harness.run(
      `io.kestra.plugin.aws.${type}`,
      { clusterName: 'blue', region: 'eu-central-1', ...properties },
      {
        environment: { HOME: harness.workDir, ...environment },
      },
    );
  const signedUrl = (outputs: ValueMap): URL => {
    const { tokenValue } = outputs.token as { tokenValue: string };
    expect(tokenValue).toMatch(/^k8s-aws-v1\.[\w-]+$/);
    return new URL(Buffer.from(tokenValue.slice('k8s-aws-v1.'.length), 'base64url').toString());
  };

  it('is a call of GetCallerIdentity, signed for the cluster', async () => {
    const { outputs } = await run(credentials);
    const url = signedUrl(outputs);
    expect(url.host).toBe('sts.eu-central-1.amazonaws.com');
    const query = Object.fromEntries(url.searchParams);
    expect(query).toMatchObject({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Expires': '600',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    });
    const date = String(query['X-Amz-Date']).replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
    const again = presign({
      url: 'https://sts.eu-central-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15',
      headers: { 'x-k8s-aws-id': 'blue' },
      region: 'eu-central-1',
      service: 'sts',
      credentials,
      date: new Date(date),
      expiresSeconds: 600,
    });
    expect(url.href).toBe(again);
  });

  it('takes the key from the environment or the profile, and answers to its older name', async () => {
    const ofEnvironment = { AWS_ACCESS_KEY_ID: 'ID1', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'st' };
    const first = signedUrl((await run({}, ofEnvironment, 'eks.GetToken')).outputs).searchParams;
    expect(first.get('X-Amz-Credential')).toMatch(/^ID1\//);
    expect(first.get('X-Amz-Security-Token')).toBe('st');
    const file = join(harness.workDir, 'credentials');
    writeFileSync(
      file,
      '[default]\naws_access_key_id = ID2\n[other]\naws_access_key_id = ID3\naws_secret_access_key=s\n',
    );
    const ofProfile = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'other' };
    expect(signedUrl((await run({}, ofProfile)).outputs).searchParams.get('X-Amz-Credential')).toMatch(/^ID3\//);
  });

  it.each(['AssumeRole', 'AssumeRoleWithWebIdentity'])('takes on a role by %s', async action => {
    const given = { AccessKeyId: 'ROLE', SecretAccessKey: 's', SessionToken: 'st', Expiration: 1 };
    const { endpoint, asked } = await startSts(200, {
      [`${action}Response`]: { [`${action}Result`]: { Credentials: given }, ResponseMetadata: { RequestId: 'r' } },
    });
    writeFileSync(join(harness.workDir, 'token'), 'jwt\n');
    const { outputs } =
      action === 'AssumeRole'
        ? await run({ ...credentials, stsRoleArn: 'arn:r', stsRoleExternalId: 'x', stsEndpointOverride: endpoint })
        : await run(
            { stsEndpointOverride: endpoint },
            { AWS_WEB_IDENTITY_TOKEN_FILE: join(harness.workDir, 'token'), AWS_ROLE_ARN: 'arn:r' },
          );
    expect(signedUrl(outputs).searchParams.get('X-Amz-Credential')).toMatch(/^ROLE\//);
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      Action: action,
      RoleArn: 'arn:r',
      RoleSessionName: 'windlass',
      ...(action === 'AssumeRole' ? { ExternalId: 'x', DurationSeconds: '900' } : { WebIdentityToken: 'jwt' }),
    });
  });

  it('says what the token service refuses', async () => {
    const { endpoint } = await startSts(403, { Error: { Code: 'AccessDenied', Message: 'You may not assume arn:r' } });
    const { failure } = await run({ ...credentials, stsRoleArn: 'arn:r', stsEndpointOverride: endpoint });
    expect(failure).toBe('AWS gives no credentials for the role arn:r: 403 You may not assume arn:r');
  });

  it.each([
    [{}, 'There are no credentials for AWS'],
    [{ accessKeyId: 'a' }, 'accessKeyId and secretKeyId must be given together'],
    [{ ...credentials, expirationDuration: 'soon' }, 'expirationDuration must be a whole number'],
    [{ ...credentials, region: null }, 'region must be given'],
    [{ ...credentials, stsRoleArn: 'a', stsRoleSessionDuration: 'long' }, 'stsRoleSessionDuration'],
  ])('%j fails in words', async (properties, words) => {
    expect((await run(properties)).failure).toContain(words);
  });
});
