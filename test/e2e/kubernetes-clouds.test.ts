/** Flows as Kestra's guides write them for GKE and EKS, against the real cluster with a stand-in for Google's API. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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
  test.skip('flows for GKE and EKS: no cluster of our own runs here', () => {});
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

  test('oauthTokenProvider runs its task: one token for two pods, shown nowhere', async () => {
    const google = await startGoogle({ token: token() });
    try {
      sandbox().write('key.json', google.serviceAccount);
      const config = {
        caCertData: authority,
        masterUrl: cluster.server.href,
        oauthTokenProvider: {
          task: { type: 'io.kestra.plugin.gcp.auth.OauthAccessToken' },
          output: '{{ accessToken.tokenValue }}',
        },
      };
      const flow = sandbox().flow({ tasks: [pod('ubuntu', config), { ...pod('ubuntu', config), id: 'other' }] });
      const env = { ...google.environment, GOOGLE_APPLICATION_CREDENTIALS: 'key.json' };
      const { code, out, err } = await sandbox().run(['run', flow], { env });
      expect(err + out).toContain('Hello from');
      expect(err + out).not.toContain(token());
      expect(code).toBe(0);
      expect(google.requests.filter(({ line }) => line === 'POST /token')).toHaveLength(1);
    } finally {
      await google.close();
    }
  });

  test('oauthTokenProvider may be a script, and PodCreate and kubectl take it too', async () => {
    const connection = {
      caCertData: authority,
      masterUrl: cluster.server.href,
      oauthTokenProvider: {
        task: {
          type: 'io.kestra.plugin.scripts.shell.Commands',
          taskRunner: { type: 'io.kestra.plugin.core.runner.Process' },
          commands: [`echo '::{"outputs":{"token":"'$TOKEN'"}}::'`],
          env: { TOKEN: "{{ secret('TOKEN') }}" },
        },
        output: '{{ vars.token }}',
        cache: 'PT1H',
      },
    };
    sandbox().write('secrets.env', `TOKEN=${token()}\n`);
    const flow = sandbox().flow({
      tasks: [
        pod('ubuntu', connection),
        {
          id: 'own',
          type: 'io.kestra.plugin.kubernetes.core.PodCreate',
          connection,
          spec: { containers: [{ name: 'c', image: 'busybox', imagePullPolicy: 'IfNotPresent', command: ['true'] }] },
        },
        {
          id: 'get',
          type: 'io.kestra.plugin.kubernetes.kubectl.Get',
          connection,
          namespace: 'default',
          resourceType: 'serviceaccounts',
        },
      ],
    });
    const { code, out, err } = await sandbox().run(['run', flow, '--secrets', 'secrets.env']);
    expect(err + out).toContain('Hello from');
    expect(err + out).not.toContain(token());
    expect(code).toBe(0);
  });

  test('what is wrong with a token provider is said by its property', async () => {
    const run = async (provider: object) => {
      const config = { caCertData: authority, masterUrl: cluster.server.href, oauthTokenProvider: provider };
      const { code, out, err } = await sandbox().run(['run', sandbox().flow({ tasks: [pod('ubuntu', config)] })]);
      expect(code).not.toBe(0);
      return err + out;
    };
    const task = { type: 'io.kestra.plugin.core.debug.Return', format: 'x' };
    expect(await run({ task: { ...task, type: 'io.kestra.no.such.Task' }, output: 'x' })).toMatch(
      /flow\.yaml:\d+.*unknown-type[\s\S]*io\.kestra\.no\.such\.Task/,
    );
    expect(await run({ task: { ...task, colour: 'red' }, output: 'x' })).toMatch(
      /oauthTokenProvider: Unrecognized field/,
    );
    expect(await run({ task: { type: 'io.kestra.plugin.core.flow.Pause' }, output: 'x' })).toMatch(
      /oauthTokenProvider\.task must be a task that a worker runs/,
    );
    expect(await run({ task, output: '{{ nothing }}' })).toMatch(/token .* cannot be got/);
    expect(await run({ task, output: '{{ value }}', cache: 'soon' })).toMatch(/oauthTokenProvider\.cache/);
    expect(await run({ task, output: '{{ value }}' })).toMatch(/Unauthorized.*token/);
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
