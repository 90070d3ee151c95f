import { z } from 'zod';
import { DurationError, parseDuration } from '../../model/duration.ts';
import { requiredText, textProperty } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';
import { findCredentials } from './credentials.ts';
import { presign } from './presign.ts';
import { assumeRole, type Sts, stsUrl } from './sts.ts';

const prefix = 'k8s-aws-v1.';
const defaultExpirationSeconds = 600;

/**
 * Gives a token for the API server of an EKS cluster: a signed call of GetCallerIdentity that the cluster makes to
 * learn who asks (https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster).
 */
export const eksToken: RunnableTaskType = {
  type: 'io.kestra.plugin.aws.auth.EksToken',
  aliases: ['io.kestra.plugin.aws.eks.GetToken'],
  title: 'Get a token for a cluster of Elastic Kubernetes Service',
  kind: 'runnable',
  schema: () => {
    const text = (title: string, description?: string) =>
      z
        .string()
        .optional()
        .meta({ title, ...(description !== undefined && { description }) });
    return z.strictObject({
      clusterName: z.string().meta({ title: 'The name of the cluster' }),
      region: text('The region of the cluster', 'AWS_REGION or AWS_DEFAULT_REGION when absent.'),
      expirationDuration: z.union([z.number(), z.string()]).optional().meta({
        title: 'How long the token holds, in seconds',
        description: 'A cluster takes none that is older than 15 minutes.',
        default: defaultExpirationSeconds,
      }),
      accessKeyId: text(
        'The id of an access key',
        'When absent: AWS_ACCESS_KEY_ID, the web identity of the pod, or the profile of ~/.aws/credentials.',
      ),
      secretKeyId: text('The secret of the access key'),
      sessionToken: text('The session token of temporary credentials'),
      stsRoleArn: text('A role to take on first'),
      stsRoleExternalId: text('The external id that the role asks for'),
      stsRoleSessionName: text('The name of the session with the role', 'windlass when absent.'),
      stsRoleSessionDuration: text('How long the session lasts', 'An ISO 8601 duration; PT15M when absent.'),
      stsEndpointOverride: text('Another address of the token service'),
      endpointOverride: text('Has no effect: no other service is called'),
      compatibilityMode: z.boolean().optional().meta({ title: 'Has no effect here' }),
      forcePathStyle: z.boolean().optional().meta({ title: 'Has no effect here' }),
    });
  },
  async run({ task: { properties }, expressions, config, signal }) {
    const text = (name: string) => textProperty(properties[name], expressions);
    const environment = config.environmentVariables;
    const clusterName = await requiredText('clusterName', properties.clusterName, expressions);
    const region = (await text('region')) ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
    if (region === undefined) throw new TaskError('The property region must be given, or AWS_REGION be set.');
    const expiresSeconds = Number((await text('expirationDuration')) ?? defaultExpirationSeconds);
    if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1) {
      throw new TaskError('The property expirationDuration must be a whole number of seconds.');
    }
    const endpoint = await text('stsEndpointOverride');
    const sts: Sts = { region, signal, ...(endpoint !== undefined && { endpoint }) };
    const given = {
      accessKeyId: await text('accessKeyId'),
      secretKeyId: await text('secretKeyId'),
      sessionToken: await text('sessionToken'),
    };
    let credentials = await findCredentials(given, environment, sts);
    const arn = await text('stsRoleArn');
    if (arn !== undefined) {
      const externalId = await text('stsRoleExternalId');
      const sessionName = (await text('stsRoleSessionName')) ?? 'windlass';
      const seconds = durationSeconds((await text('stsRoleSessionDuration')) ?? 'PT15M');
      const role = { arn, sessionName, seconds, ...(externalId !== undefined && { externalId }) };
      credentials = await assumeRole(sts, role, credentials);
    }
    const date = new Date();
    const url = presign({
      url: stsUrl(sts, { Action: 'GetCallerIdentity' }),
      headers: { 'x-k8s-aws-id': clusterName },
      region,
      service: 'sts',
      credentials,
      date,
      expiresSeconds,
    });
    const tokenValue = prefix + Buffer.from(url).toString('base64url');
    expressions.taint.add(tokenValue);
    const expirationTime = new Date(date.getTime() + expiresSeconds * 1000).toISOString();
    return { state: 'SUCCESS', outputs: { token: { tokenValue, expirationTime } } };
  },
};

function durationSeconds(text: string): number {
  try {
    return Math.round(parseDuration(text) / 1000);
  } catch (error) {
    if (error instanceof DurationError) throw new TaskError(`stsRoleSessionDuration: ${error.message}`);
    throw error;
  }
}
