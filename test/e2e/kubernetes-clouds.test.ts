/** Flows as Kestra's guides write them for GKE and EKS, against the real cluster with a stand-in for Google's API. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { startGoogle } from '../tasks/google-stand-in.ts';
import { useSandbox } from './sandbox.ts';

const found = clusterUnderTest();
const cluster = 'unavailable' in found ? undefined : found.own;
const kubernetes = 'io.kestra.plugin.ee.kubernetes.runner.Kubernetes';

/** Images come from the cluster's registry: `pullPolicy` is ALWAYS. */
const pod = (containerImage: string, config: object) => ({
  id: 'pod',
  type: 'io.kestra.plugin.scripts.shell.Commands',
  containerImage,
  commands: ['echo "Hello from {{ taskrun.id }}"'],
  taskRunner: { type: kubernetes, config },
});

if (cluster === undefined) {
  console.warn('SKIPPED: flows for GKE and EKS: no cluster of our own runs here');
  describe.skip('flows for GKE and EKS', () => {});
} else {
  const sandbox = useSandbox();
  const token = (): string => /token: (\w+)/.exec(readFileSync(cluster.tokenKubeconfig, 'utf8'))?.[1] ?? '';
  const authority = cluster.authority.toString('base64');

  test('a flow for GKE looks the cluster up, gets a token, and runs its pod; the token is shown nowhere', async () => {
    const google = await startGoogle({
      token: token(),
      cluster: { name: 'c', endpoint: cluster.server.host, masterAuth: { clusterCaCertificate: authority } },
    });
    try {
      sandbox().write('key.json', google.serviceAccount);
      const flow = sandbox().flow({
        tasks: [
          {
            id: 'metadata',
            type: 'io.kestra.plugin.gcp.gke.ClusterMetadata',
            clusterId: 'my-cluster',
            clusterZone: 'europe-west1',
            clusterProjectId: 'my-project',
          },
          { id: 'auth', type: 'io.kestra.plugin.gcp.auth.OauthAccessToken' },
          pod('ubuntu', {
            caCertData: '{{ outputs.metadata.masterAuth.clusterCertificat }}',
            masterUrl: 'https://{{ outputs.metadata.endpoint }}',
            oauthToken: "{{ outputs.auth.accessToken['tokenValue'] }}",
          }),
        ],
      });
      const env = { ...google.environment, GOOGLE_APPLICATION_CREDENTIALS: 'key.json' };
      const { code, out, err } = await sandbox().run(['run', flow], { env });
      expect(err + out).toContain('Hello from');
      expect(err + out).not.toContain(token());
      expect(code).toBe(0);
    } finally {
      await google.close();
    }
  });

  test('a flow for EKS logs in with a token and a certificate that are secrets', async () => {
    sandbox().write('secrets.env', `AUTHORITY=${authority}\nTOKEN=${token()}\n`);
    const flow = sandbox().flow({
      tasks: [
        pod('centos', {
          caCertData: "{{ secret('AUTHORITY') }}",
          masterUrl: cluster.server.href,
          username: 'arn:aws:eks:region:xxx:cluster/cluster_name',
          oauthToken: "{{ secret('TOKEN') }}",
        }),
      ],
    });
    const { code, out, err } = await sandbox().run(['run', flow, '--secrets', 'secrets.env']);
    expect(err + out).toContain('Hello from');
    expect(err + out).not.toContain(token());
    expect(code).toBe(0);
  });
}
