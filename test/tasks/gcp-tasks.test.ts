import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { type GoogleStandIn, type StandInSetting, startGoogle } from './google-stand-in.ts';
import { TaskHarness } from './task-harness.ts';

const cluster = {
  name: 'kestra-dev-gke',
  description: 'for tests',
  network: 'default',
  subnetwork: 'sub',
  clusterIpv4Cidr: '10.0.0.0/14',
  endpoint: '127.0.0.1:6443',
  zone: 'europe-west1',
  location: 'europe-west1',
  selfLink: 'https://container.googleapis.com/v1/x',
  createTime: '2026-01-02T03:04:05+00:00',
  masterAuth: { clusterCaCertificate: 'Y2E=', clientCertificate: 'Y3J0', clientKey: 'a2V5LXNlY3JldA==' },
  nodePools: [{ name: 'default-pool', status: 'RUNNING', config: {} }],
};

let harness: TaskHarness;
let google: GoogleStandIn;
const start = async (setting?: StandInSetting): Promise<void> => {
  google = await startGoogle(setting);
};
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(async () => {
  harness.close();
  await google.close();
});

const run = (name: string, properties: ValueMap, environment: Record<string, string> = {}) =>
  harness.run(`io.kestra.plugin.gcp.${name}`, properties, { environment: { ...google.environment, ...environment } });
const token = (properties: ValueMap, environment?: Record<string, string>) =>
  run('auth.OauthAccessToken', properties, environment);

describe('OauthAccessToken', () => {
  it('signs in with the key of a service account', async () => {
    await start();
    const before = Date.now();
    const { outputs } = await token({ serviceAccount: google.serviceAccount });
    const { tokenValue, expirationTime, scopes } = outputs.accessToken as Record<string, unknown>;
    expect(tokenValue).toBe('token-of-robot');
    expect(scopes).toEqual(['https://www.googleapis.com/auth/cloud-platform']);
    expect(Date.parse(String(expirationTime)) - before).toBeGreaterThan(3_590_000);
  });

  it('takes the file of GOOGLE_APPLICATION_CREDENTIALS, a login of gcloud, then the machine', async () => {
    await start();
    const valueWith = async (environment: Record<string, string>) => {
      const { outputs } = await token({ scopes: ['a', 'b'] }, environment);
      return (outputs.accessToken as Record<string, unknown>).tokenValue;
    };
    const folder = harness.workDir;
    expect(await valueWith({ HOME: folder })).toBe('token-of-machine');
    expect(google.requests.at(-1)?.line).toContain('/service-accounts/default/token?scopes=a%2Cb');
    const login = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'fresh' };
    writeFileSync(
      join(folder, 'application_default_credentials.json'),
      JSON.stringify({ ...login, token_uri: `${google.url}/token` }),
    );
    expect(await valueWith({ CLOUDSDK_CONFIG: folder })).toBe('token-of-robot');
    writeFileSync(join(folder, 'key.json'), google.serviceAccount);
    expect(await valueWith({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'key.json') })).toBe('token-of-robot');
    expect(google.requests.at(-1)?.body).toContain('assertion=');
  });

  it('acts as another service account', async () => {
    await start();
    const { outputs } = await token({
      serviceAccount: google.serviceAccount,
      impersonatedServiceAccount: 'other@project-1.iam.gserviceaccount.com',
    });
    expect(outputs.accessToken).toMatchObject({
      tokenValue: 'token-of-other',
      expirationTime: '2030-01-02T03:04:05.000Z',
    });
    expect(google.requests.at(-1)?.line).toContain('/other%40project-1.iam.gserviceaccount.com:generateAccessToken');
  });

  it.each([
    ['no JSON, secret', 'The property serviceAccount must be a JSON object'],
    ['{"type": "external_account"}', 'credentials of the type "external_account"'],
    ['{"type": "service_account", "client_email": "a@b"}', 'lacks private_key'],
    ['{"type": "service_account", "client_email": "a@b", "private_key": "secret"}', 'must be PEM'],
  ])('refuses the key %s, and does not repeat it', async (serviceAccount, words) => {
    await start();
    const { state, failure } = await token({ serviceAccount });
    expect(state).toBe('FAILED');
    expect(failure).toContain(words);
    expect(failure).not.toContain('secret');
    expect(google.requests).toEqual([]);
  });

  it('says what the server says', async () => {
    await start();
    const login = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'old' };
    const { failure } = await token({ serviceAccount: JSON.stringify({ ...login, token_uri: `${google.url}/token` }) });
    expect(failure).toBe('Google Cloud gives no access token: 400 invalid_grant: Token has been expired or revoked.');
  });

  it('says where it looked when there is nobody to log in as', async () => {
    await start();
    const { failure } = await token({}, { GCE_METADATA_HOST: '127.0.0.1:1' });
    expect(failure).toContain('no GOOGLE_APPLICATION_CREDENTIALS');
    expect(failure).toContain('ECONNREFUSED');
    expect((await token({}, { GOOGLE_APPLICATION_CREDENTIALS: '/no/such.json' })).failure).toContain('/no/such.json');
  });
});

describe('ClusterMetadata', () => {
  const where = { clusterId: 'kestra-dev-gke', clusterZone: 'europe-west1' };

  it('gives what the Kubernetes runner needs', async () => {
    await start({ cluster });
    const { outputs } = await run('gke.ClusterMetadata', { ...where, serviceAccount: google.serviceAccount });
    expect(outputs).toMatchObject({
      endpoint: '127.0.0.1:6443',
      masterAuth: { clusterCertificat: 'Y2E=', clusterCertificate: 'Y2E=', clientKey: 'a2V5LXNlY3JldA==' },
      project: 'project-1',
      subNetwork: 'sub',
      nodePools: [{ name: 'default-pool', status: 'RUNNING' }],
      nodePoolsCount: 1n,
    });
    expect(google.requests.at(-1)).toMatchObject({
      line: 'GET /v1/projects/project-1/locations/europe-west1/clusters/kestra-dev-gke',
      authorization: 'Bearer token-of-robot',
    });
  });

  it.each([
    [{}, {}, '404 Not found: no such cluster.'],
    [{ clusterZone: undefined }, {}, 'clusterZone must be given'],
    [{ serviceAccount: undefined }, {}, 'clusterProjectId must be given'],
  ])('%j fails in words', async (properties, environment, words) => {
    await start();
    const given = { ...where, serviceAccount: google.serviceAccount, ...properties };
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ValueMap;
    expect((await run('gke.ClusterMetadata', known, environment)).failure).toContain(words);
  });
});
