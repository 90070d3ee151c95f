import { z } from 'zod';
import { storeNew } from '../core/stored-file.ts';
import { flagProperty, textProperty } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';
import { readCall, send } from './call.ts';
import type { HttpResponse } from './exchange.ts';
import { httpProperties } from './schema.ts';

/** Keeps what an address gives as a file. */
export const download: RunnableTaskType = {
  type: 'io.kestra.plugin.core.http.Download',
  aliases: ['io.kestra.plugin.fs.http.Download'],
  title: 'Download a file',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      ...httpProperties(),
      failOnEmptyResponse: z.boolean().optional().meta({ title: 'Whether an empty file is a failure', default: true }),
      saveAs: z.string().optional().meta({ title: 'The name of the file', description: "The server's when absent." }),
    }),
  async run(context) {
    const { task, expressions } = context;
    const strict = await flagProperty('failOnEmptyResponse', task.properties.failOnEmptyResponse, true, expressions);
    const saveAs = await textProperty(task.properties.saveAs, expressions);
    const call = await readCall(context);
    const response = await send(call, context);
    const name = saveAs ?? nameOf(response);
    const uri = await storeNew(context, whole(response), extensionOf(call.request.url), name);
    const length = await context.storage.size(uri);
    context.metric({ name: 'response.length', type: 'counter', value: length });
    if (length === 0) {
      if (strict && response.code < 400) throw new TaskError(`${call.request.url} gave an empty file.`);
      context.log('WARN', `File '${call.request.url}' is empty`);
    }
    context.log('DEBUG', `File '${call.request.url}' downloaded with size '${length}'`);
    return { state: 'SUCCESS', outputs: { code: response.code, uri, length, headers: response.headers } };
  },
};

/** A body that is shorter than the server said is none. */
async function* whole({ body, url }: HttpResponse): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new TaskError(`The download of ${url} broke off: ${(error as Error).message}`, {}, { cause: error });
  }
}

/** The last part of what `Content-Disposition` names; never a path. */
function nameOf({ body }: HttpResponse): string | undefined {
  const given = body.headers['content-disposition'] ?? '';
  const encoded = /filename\*=[^']*'[^']*'([^;]+)/i.exec(given)?.[1];
  const plain = /filename="([^"]*)"|filename=([^;]+)/i.exec(given);
  let name = plain?.[1] ?? plain?.[2];
  try {
    if (encoded !== undefined) name = decodeURIComponent(encoded.trim());
  } catch {
    // Badly encoded: the plain name, if there is one.
  }
  const last = name?.trim().replace(/^.*[/\\]/, '');
  return last === undefined || last === '' || last === '.' || last === '..' ? undefined : last;
}

/** `.csv` of an address that ends so. */
function extensionOf({ pathname }: URL): string {
  return /\.[A-Za-z0-9]+$/.exec(pathname)?.[0] ?? '.tmp';
}
