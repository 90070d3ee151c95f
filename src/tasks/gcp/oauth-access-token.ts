import { z } from 'zod';
import type { RunnableTaskType } from '../task-type.ts';
import { logIn } from './log-in.ts';
import { connectionProperties } from './schema.ts';

/** Gives an access token for later tasks: `{{ outputs.<task>.accessToken.tokenValue }}`. */
export const oauthAccessToken: RunnableTaskType = {
  type: 'io.kestra.plugin.gcp.auth.OauthAccessToken',
  aliases: [],
  title: 'Get an access token of Google Cloud',
  kind: 'runnable',
  schema: () => z.strictObject(connectionProperties()),
  async run(context) {
    const { token, scopes } = await logIn(context);
    const accessToken = { tokenValue: token.value, expirationTime: new Date(token.expires).toISOString(), scopes };
    return { state: 'SUCCESS', outputs: { accessToken } };
  },
};
