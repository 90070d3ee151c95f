/** From the properties that all Google Cloud tasks have to a token. */
import { textListProperty, textProperty } from '../properties.ts';
import type { TaskContext } from '../task-type.ts';
import { type AccessToken, fetchAccessToken } from './access-token.ts';
import { findCredentials } from './credentials.ts';
import { defaultScopes } from './schema.ts';

export interface Login {
  readonly token: AccessToken;
  readonly scopes: readonly string[];
  /** The task's, else that of the credentials. */
  readonly project: string | undefined;
}

/** The token is masked from here on wherever it is logged. @throws TaskError */
export async function logIn({ task, expressions, config, signal }: TaskContext): Promise<Login> {
  const { properties } = task;
  const text = (name: string) => textProperty(properties[name], expressions);
  const environment = config.environmentVariables;
  const credentials = await findCredentials(await text('serviceAccount'), environment);
  const given = await textListProperty('scopes', properties.scopes, expressions);
  const scopes = given.length > 0 ? given : defaultScopes;
  const impersonated = await text('impersonatedServiceAccount');
  const token = await fetchAccessToken({
    credentials,
    scopes,
    environment,
    signal,
    ...(impersonated !== undefined && { impersonated }),
  });
  expressions.taint.add(token.value);
  return { token, scopes, project: (await text('projectId')) ?? credentials.project_id };
}
