/** A whole run with no more rights than deploy/kubernetes/rbac.yaml gives, and what is said without them. 10 s. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { PrepareError } from '../../src/runners/runner.ts';
import { Trial } from '../contract/runner/harness.ts';
import { kubernetesUnderTest, testCluster } from './cluster.ts';

const cluster = testCluster();

if ('unavailable' in cluster) {
  test.skip(`rights in the cluster: ${cluster.unavailable}`, () => {});
} else {
  const namespace = `rights-${randomBytes(4).toString('hex')}`;
  const { client, kubeconfig } = cluster;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const paths: Readonly<Record<string, string>> = {
    ServiceAccount: accounts,
    Role: `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`,
    RoleBinding: `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
  };

  beforeAll(async () => {
    await client.expect('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const yaml = readFileSync(join(import.meta.dirname, '../../deploy/kubernetes/rbac.yaml'), 'utf8');
    for (const document of parseAllDocuments(yaml)) {
      const object = document.toJS();
      for (const subject of object.subjects ?? []) subject.namespace = namespace;
      await client.expect('POST', paths[object.kind] as string, object);
    }
    await client.expect('POST', accounts, { metadata: { name: 'nobody' } });
    await client.expect('POST', accounts, { metadata: { name: 'restricted' } });
    const reading = {
      metadata: { name: 'reading' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
    };
    await client.expect('POST', paths.Role as string, reading);
    await client.expect('POST', paths.RoleBinding as string, {
      metadata: { name: 'reading' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reading' },
      subjects: [{ kind: 'ServiceAccount', name: 'restricted', namespace }],
    });
  });
  afterAll(async () => {
    await client.expect('DELETE', `/api/v1/namespaces/${namespace}`);
    client.close();
  });

  async function as(account: string) {
    const request = await client.expect('POST', `${accounts}/${account}/token`, { spec: { expirationSeconds: 600 } });
    const [{ cluster: server }] = parse(readFileSync(kubeconfig, 'utf8')).clusters;
    const under = await kubernetesUnderTest({
      namespace,
      serviceAccountName: 'nobody',
      config: {
        masterUrl: server.server,
        caCertData: server['certificate-authority-data'],
        oauthToken: request.status.token,
      },
    });
    if ('unavailable' in under) throw new Error(under.unavailable);
    return Trial.make(under, 'rights', { script: 'cat in; cp in out', files: { in: 'in\n' }, wanted: ['out'] });
  }

  test('the role is enough for a run with files', async () => {
    const trial = await as('windlass');
    const { outcome, stdout } = await trial.live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(stdout).toEqual(['in']);
    expect(readFileSync(join(trial.spec.workDir, 'out'), 'utf8')).toBe('in\n');
    await trial.removeFolders();
  });

  test('doctor names what may not be done, and prints a role that mends it', async () => {
    const trial = await as('restricted');
    const { under } = trial;
    const probe = () => under.runner.probe(under.config, new AbortController().signal);
    const first = await probe();
    if (first.usable) throw new Error('a restricted account may run pods');
    expect(first.why).toBe(
      `The user system:serviceaccount:${namespace}:restricted may not do in the namespace ${namespace} what runs need: watch pods, create pods, delete pods, get pods/log, get pods/exec.`,
    );
    const yaml = first.whatToDo.replace(/^.*\n/, '');
    for (const document of parseAllDocuments(yaml)) {
      const object = document.toJS();
      // The first account's role has the same name.
      object.metadata.name = 'from-doctor';
      if (object.roleRef) object.roleRef.name = 'from-doctor';
      expect(object.metadata.namespace).toBe(namespace);
      await client.expect('POST', paths[object.kind] as string, object);
    }
    await expect.poll(probe, { timeout: 10_000 }).toMatchObject({ usable: true });
    await trial.removeFolders();
  });

  test('without the role it is named', async () => {
    const trial = await as('nobody');
    const error = await trial.prepare().catch(caught => caught);
    expect(error).toBeInstanceOf(PrepareError);
    expect(error.message).toMatch(/cannot create resource "pods".*deploy\/kubernetes\/rbac\.yaml/);
    await trial.removeFolders();
  });
}
