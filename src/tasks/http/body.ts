/** Reading the body of a response to a text. */
import { TaskError } from '../task-type.ts';
import type { HttpResponse } from './exchange.ts';

/** What is bigger belongs into a file: http.Download. Kestra's `maxContentLength` had the same default. */
const maxBytes = 10 * 1024 * 1024;

/** By the charset of the content type; UTF-8 where none or an unknown one is said. */
export function decoder({ headers }: HttpResponse): InstanceType<typeof TextDecoder> {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1][0] ?? '';
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** @throws TaskError when it is too big, or the connection breaks */
export async function readBody(
  { body, url }: HttpResponse,
  decoder: InstanceType<typeof TextDecoder>,
): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > maxBytes) break;
      pieces.push(chunk);
    }
  } catch (error) {
    throw new TaskError(`The response of ${url} broke off: ${(error as Error).message}`, {}, { cause: error });
  }
  if (size > maxBytes) throw new TaskError(`The response of ${url} is longer than 10 MB: take it with http.Download.`);
  return decoder.decode(Buffer.concat(pieces));
}
