import { z } from 'zod';
import { encryptText } from '../../model/encryption.ts';
import { flagProperty } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';
import { decoder, readBody } from './body.ts';
import { readCall, send } from './call.ts';
import { httpProperties } from './schema.ts';

/** Sends an HTTP request and gives the response. The body is a text of at most 10 MB, as `maxContentLength` was. */
export const request: RunnableTaskType = {
  type: 'io.kestra.plugin.core.http.Request',
  aliases: ['io.kestra.plugin.fs.http.Request'],
  title: 'Send an HTTP request',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      ...httpProperties(),
      encryptBody: z.boolean().optional().meta({ title: 'Whether the body is given encrypted', default: false }),
    }),
  async run(context) {
    const { task, expressions, config } = context;
    const encrypt = await flagProperty('encryptBody', task.properties.encryptBody, false, expressions);
    if (encrypt && config.encryptionKey === undefined)
      throw new TaskError('encryptBody needs kestra.encryption.secret-key in the configuration.');
    const call = await readCall(context);
    const response = await send(call, context);
    const text = await readBody(response, decoder(response, call.options.charset), call.options.maxBytes);
    const outputs = { uri: response.url.href, code: response.code, headers: response.headers };
    context.metric({ name: 'response.length', type: 'counter', value: Buffer.byteLength(text) });
    if (!encrypt || config.encryptionKey === undefined)
      return { state: 'SUCCESS', outputs: { ...outputs, body: text } };
    const encryptedBody = { type: 'io.kestra.datatype:aes_encrypted', value: encryptText(config.encryptionKey, text) };
    return { state: 'SUCCESS', outputs: { ...outputs, encryptedBody } };
  },
};
