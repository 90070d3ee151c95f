/** Finds the cluster where a flow does not name one, in the order that kubectl has. */
import { access, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ClusterAccess } from '../client/access.ts';
import { NoClusterError } from '../client/errors.ts';
import { fileContent } from './credential-data.ts';
import { accessFromKubeconfig } from './kubeconfig.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The kubelet writes a new token into the file well before the old one ends. */
const tokenAgeMs = 60_000;

/**
 * @param account the folder that the kubelet mounts into pods
 * @throws NoClusterError with what was looked for; AccessError for a kubeconfig that is of no use
 */
export async function findAccess(environment: Environment, account = serviceAccount): Promise<ClusterAccess> {
  const named = environment.KUBECONFIG?.split(delimiter).filter(path => path !== '');
  if (named && named.length > 0) return accessFromKubeconfig(named, environment);
  const home = environment.HOME ?? environment.USERPROFILE;
  const usual = home === undefined ? undefined : join(home, '.kube', 'config');
  if (usual !== undefined && (await isThere(usual))) return accessFromKubeconfig([usual], environment);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host !== undefined && (await isThere(`${account}/token`))) return inCluster(account, host, port ?? '443');
  throw new NoClusterError(
    `No Kubernetes cluster is known: KUBECONFIG is not set, ${usual ?? 'the home folder'} is not there, and this is no pod with a service account. Set KUBECONFIG, or the config property of the task runner.`,
  );
}

async function inCluster(account: string, host: string, port: string): Promise<ClusterAccess> {
  let [token, read] = ['', 0];
  return {
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    ca: await fileContent('ca.crt', `${account}/ca.crt`),
    trustAny: false,
    checkHostName: true,
    token: async fresh => {
      if (!fresh && Date.now() - read < tokenAgeMs) return token;
      token = (await fileContent('token', `${account}/token`)).toString('utf8').trim();
      read = Date.now();
      return token;
    },
    namespace: (await readFile(`${account}/namespace`, 'utf8')).trim(),
    origin: 'the service account of this pod',
  };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
