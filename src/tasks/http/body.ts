/** Reading the body of a response to a text. */
import { TaskError } from '../task-type.ts';
import type { HttpResponse } from './exchange.ts';

/** By the charset of the content type, or else the default; UTF-8 where neither is known. */
export function decoder({ headers }: HttpResponse, fallback = 'utf-8'): InstanceType<typeof TextDecoder> {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1][0] ?? '';
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? fallback;
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
  maxBytes: number,
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
  if (size > maxBytes) {
    const limit = maxBytes === 10 * 1024 * 1024 ? '10 MB' : `${maxBytes} bytes`;
    throw new TaskError(`The response of ${url} is longer than ${limit}: take it with http.Download.`);
  }
  return decoder.decode(Buffer.concat(pieces));
}
