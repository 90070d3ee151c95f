/** What a user is told when a cluster cannot be used, and what to do about it. */
import { UnreachableError } from '../engine-error.ts';
import { PrepareError, type Unusable } from '../runner.ts';
import { AccessError, ApiError, NoClusterError, TokenError } from './client/errors.ts';

/** In words, for every error that stands between us and a cluster; undefined for any other. */
export function explainUnusable(error: unknown): Unusable | undefined {
  if (error instanceof NoClusterError) return { why: error.message, whatToDo: '', isUnnamed: true };
  if (error instanceof AccessError) return { why: error.message, whatToDo: '' };
  if (error instanceof TokenError) {
    const why = `The token for the Kubernetes cluster cannot be got: ${error.message}`;
    return { why, whatToDo: 'Correct taskRunner.config.oauthTokenProvider.' };
  }
  if (error instanceof ApiError) {
    const stop = /[.!?\])]$/.test(error.message) ? '' : '.';
    return { why: `The API server refused: ${error.message}${stop}`, whatToDo: adviceFor(error) };
  }
  if (!(error instanceof UnreachableError)) return undefined;
  const why = `The Kubernetes API server at ${error.endpoint} cannot be reached: ${error.message}.`;
  const certificate = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO|SSL|TLS/.test(error.code ?? '');
  return {
    why,
    whatToDo: certificate
      ? 'Check the certificates: caCertData of the runner’s config, or certificate-authority-data of the kubeconfig.'
      : 'Check masterUrl of the runner’s config, or the server of the kubeconfig, and that the cluster runs.',
  };
}

function adviceFor({ status, message }: ApiError): string {
  if (status === 401) return 'Check the token or the client certificate: they may have expired.';
  if (status === 403 && !/quota/i.test(message)) {
    return 'Give the user the role of deploy/kubernetes/rbac.yaml in this namespace.';
  }
  if (status === 403) return 'Free some of the quota, or lower taskRunner.resources.';
  if (status === 404) return 'Check taskRunner.namespace.';
  if (status === 422) return 'Correct the field in podSpec, containerSpec or fileSideCarSpec.';
  return '';
}

/** The same as the refusal of a run; any other error as it is. */
export function asRefusal(error: unknown): unknown {
  const told = explainUnusable(error);
  if (!told) return error;
  return new PrepareError({ kind: 'never-started', detail: `${told.why} ${told.whatToDo}`.trim() }, { cause: error });
}
