/** What the flow reader and editors need to know of the Kubernetes runner. Imports nothing that talks to a cluster. */
import { z } from 'zod';
import type { Declaration } from '../../model/catalog.ts';

/** `io.kestra.plugin.ee.kubernetes.runner.Kubernetes`: runs programs as pods of a Kubernetes cluster. */
export const kubernetesDeclaration: Declaration = {
  type: 'io.kestra.plugin.ee.kubernetes.runner.Kubernetes',
  aliases: ['io.kestra.plugin.kubernetes.runner.Kubernetes'],
  title: 'Runs the program as a pod of a Kubernetes cluster',
  schema: kubernetesSchema,
};

const about = (title: string, description?: string) => ({ title, ...(description !== undefined && { description }) });
/** A password, a key or a token: JSON Schema's word for what is given and not shown. */
const secret = (title: string, description?: string) => ({ ...about(title, description), writeOnly: true });
const merged =
  'The runner’s own fields win: name, image, command, environment variables, volume. Lists of volumes, mounts and variables are joined.';

function kubernetesSchema() {
  const truth = z.union([z.boolean(), z.string()]);
  const map = z.union([z.record(z.string(), z.unknown()), z.string()]);
  const resource = () =>
    z.strictObject({
      cpu: z.union([z.string(), z.number()]).optional().meta(about('CPU', 'As Kubernetes writes it: 500m, 2.')),
      memory: z
        .union([z.string(), z.number()])
        .optional()
        .meta(about('Memory', 'As Kubernetes writes it: 128Mi, 1Gi.')),
    });
  return z.strictObject({
    type: z.string(),
    version: z
      .string()
      .regex(/^(\d+\.\d+\.\d+(-[a-zA-Z0-9-]+)?|[a-zA-Z0-9]+)$/)
      .optional()
      .meta(about('Version of the plugin', 'Accepted and without effect: Windlass has one version of each runner.')),
    config: connectionSchema()
      .optional()
      .meta(
        about(
          'The cluster and how to log in',
          'Left out, it is looked for: the files of KUBECONFIG, ~/.kube/config, the service account of the pod that Windlass runs in.',
        ),
      ),
    namespace: z.string().default('default').meta(about('Namespace of the pod')),
    containerSpec: map.optional().meta(about('More of the main container’s specification', merged)),
    podSpec: map.optional().meta(about('More of the pod’s specification', merged)),
    fileSideCarSpec: map.optional().meta(about('More of the specification of the containers that carry files', merged)),
    fileSidecar: z
      .strictObject({
        image: z
          .string()
          .default('busybox')
          .meta(about('Image', 'It needs sh, tar, find, sha256sum, mkfifo and tee, as busybox has.')),
        resources: map.optional().meta(about('Resources', 'As Kubernetes writes them: requests and limits.')),
      })
      .optional()
      .meta(about('The containers that carry files in and out')),
    delete: truth.default(true).meta(about('Delete the pod when it has ended')),
    labels: map
      .optional()
      .meta(about('More labels of the pod', 'Those of the execution, flow and task run are always there and win.')),
    nodeSelector: map.optional().meta(about('Labels that a node must have to get the pod')),
    pullPolicy: z
      .enum(['IF_NOT_PRESENT', 'ALWAYS', 'NEVER'])
      .default('ALWAYS')
      .meta(about('When the images are pulled')),
    resources: z
      .strictObject({
        request: resource().optional().meta(about('What the node must have free')),
        limit: resource().optional().meta(about('What the program may use at most')),
      })
      .optional()
      .meta(about('CPU and memory of the main container')),
    resume: truth
      .default(true)
      .meta(
        about(
          'Take over the pod of a run that is already there',
          'After a crash of the worker. false: the old pod is removed and the run is lost.',
        ),
      ),
    serviceAccountName: z.string().optional().meta(about('Service account of the pod')),
    syncWorkingDirectory: truth
      .default(false)
      .meta(about('Bring the whole working directory back', 'Not only the declared output files.')),
    waitForLogs: z
      .string()
      .default('PT5S')
      .meta(
        about(
          'How long a log that cannot be read is asked for again after the end',
          'On top of one minute. No time is spent when the log can be read.',
        ),
      ),
    waitUntilCompletion: z
      .string()
      .default('PT1H')
      .meta(about('Longest time from creation to the end', 'A task’s own timeout goes first.')),
    waitUntilRunning: z
      .string()
      .default('PT10M')
      .meta(about('Longest time until the program runs', 'Scheduling, pulling of the images and the start.')),
  });
}

function connectionSchema() {
  const text = () => z.string().optional();
  const truth = z.union([z.boolean(), z.string()]).optional();
  const data = 'PEM, or base64 of it as a kubeconfig has it; white space does not matter.';
  return z.strictObject({
    apiVersion: z.string().default('v1').meta(about('Version of the API', 'Only v1 exists.')),
    masterUrl: z.string().default('https://kubernetes.default.svc').meta(about('Address of the API server')),
    namespace: text().meta(about('Default namespace', 'The runner’s own namespace property goes first.')),
    caCertData: text().meta(about('Certificate of the authority', data)),
    caCertFile: text().meta(about('File with the certificate of the authority')),
    clientCertData: text().meta(about('Client certificate', data)),
    clientCertFile: text().meta(about('File with the client certificate')),
    clientKeyData: text().meta(secret('Key of the client certificate', data)),
    clientKeyFile: text().meta(about('File with the key of the client certificate')),
    clientKeyAlgo: z.string().default('RSA').meta(about('Kind of the key', 'Found out from the key itself.')),
    clientKeyPassphrase: text().meta(secret('Passphrase of the key')),
    keyStoreFile: text().meta(about('PKCS#12 file with client certificate and key')),
    keyStorePassphrase: text().meta(secret('Passphrase of the key store')),
    trustStoreFile: text().meta(about('File with the trusted certificates', 'PKCS#12 or PEM.')),
    trustStorePassphrase: text().meta(secret('Passphrase of the trust store', 'PEM files need none.')),
    oauthToken: text().meta(secret('Bearer token')),
    oauthTokenProvider: z
      .strictObject({
        task: z
          .record(z.string(), z.unknown())
          .meta(about('Task that fetches the token', 'Any that a worker runs, with its type and properties.')),
        output: z.string().meta(about('Expression that gives the token from the task’s outputs')),
        cache: z
          .string()
          .default('PT5M')
          .meta(about('How long a token is used again', 'One that the server refuses is fetched anew at once.')),
      })
      .optional()
      .meta(about('Where a bearer token comes from', 'Its task is run when a token is needed.')),
    username: text().meta(about('User name for basic authentication')),
    password: text().meta(secret('Password for basic authentication')),
    trustCerts: truth.meta(about('Take any certificate of the server')),
    disableHostnameVerification: truth.meta(about('Do not compare the server’s name with its certificate')),
  });
}
