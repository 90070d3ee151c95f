/** What a user must be allowed to do for pods to be run, asked of the cluster itself. */

import type { Unusable } from '../runner.ts';
import type { Connection } from './client/connection.ts';

interface Right {
  readonly resource: 'pods' | 'pods/log' | 'pods/exec';
  readonly verb: string;
}

/** As in deploy/kubernetes/rbac.yaml. */
const role = {
  pods: ['get', 'list', 'watch', 'create', 'delete'],
  'pods/log': ['get'],
  'pods/exec': ['get', 'create'],
} as const;

/** Exec by WebSocket is a GET, and from this minor version of Kubernetes 1 on it is authorized as a creation. */
const execIsCreation = 35;

/**
 * In words, with the role as YAML that an administrator can apply; undefined when nothing is missing. Any user who is logged in may ask (https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/).
 *
 * @param minor of the server's version, as it says it ("34", "34+")
 * @throws ApiError, UnreachableError
 */
export async function missingRights(
  connection: Connection,
  namespace: string,
  minor: string,
  signal: AbortSignal,
): Promise<Unusable | undefined> {
  const exec = Number.parseInt(minor, 10) >= execIsCreation ? 'create' : 'get';
  const needed = Object.entries(role).flatMap(([resource, verbs]) =>
    verbs
      .filter(verb => resource !== 'pods/exec' || verb === exec)
      .map(verb => ({ resource: resource as Right['resource'], verb })),
  );
  const allowed = await Promise.all(needed.map(right => isAllowed(connection, namespace, right, signal)));
  const missing = needed.filter((_, index) => !allowed[index]);
  if (missing.length === 0) return undefined;
  const user = await whoAmI(connection, signal);
  const words = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
  return {
    why: `The user ${user} may not do in the namespace ${namespace} what runs need: ${words}.`,
    whatToDo: `Let an administrator apply this:\n${roleYaml(namespace, user)}`,
  };
}

async function isAllowed(
  connection: Connection,
  namespace: string,
  { resource, verb }: Right,
  signal: AbortSignal,
): Promise<boolean> {
  const [name, subresource] = resource.split('/');
  const resourceAttributes = { namespace, verb, resource: name, ...(subresource !== undefined && { subresource }) };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  const { status } = await connection.call<{ status: { allowed: boolean } }>('POST', path, { body, signal });
  return status.allowed;
}

async function whoAmI(connection: Connection, signal: AbortSignal): Promise<string> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answer = await connection.call<{ status: { userInfo: { username: string } } }>('POST', path, { body, signal });
  return answer.status.userInfo.username;
}

function roleYaml(namespace: string, user: string): string {
  const [, accountNamespace, account] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? [];
  const subject =
    account === undefined
      ? ['  - kind: User', `    name: ${JSON.stringify(user)}`, '    apiGroup: rbac.authorization.k8s.io']
      : ['  - kind: ServiceAccount', `    name: ${account}`, `    namespace: ${accountNamespace}`];
  const name = 'windlass-task-runner';
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    'rules:',
    ...Object.entries(role).flatMap(([resource, verbs]) => [
      '  - apiGroups: [""]',
      `    resources: ["${resource}"]`,
      `    verbs: [${verbs.map(verb => `"${verb}"`).join(', ')}]`,
    ]),
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: RoleBinding',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    '  kind: Role',
    `  name: ${name}`,
    'subjects:',
    ...subject,
  ].join('\n');
}
