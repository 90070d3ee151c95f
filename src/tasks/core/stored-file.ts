/** What the tasks on stored files share: reading their URI, and making a new file of the task run. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RenderContext } from '../../expression/index.ts';
import { newId } from '../../model/ids.ts';
import type { Value } from '../../model/value.ts';
import { fileUri } from '../../storage/uris.ts';
import { requiredText } from '../properties.ts';
import { type TaskContext, TaskError } from '../task-type.ts';

/** The URI that a property names. @throws TaskError when it is no storage URI */
export async function uriProperty(name: string, value: Value | undefined, expressions: RenderContext): Promise<string> {
  const uri = (await requiredText(name, value, expressions)).trim();
  if (!uri.startsWith('kestra://')) {
    throw new TaskError(`The property ${name} must be the kestra:/// URI of a stored file, but it is "${uri}".`);
  }
  return uri;
}

/**
 * Stores bytes as a new file of the task run and gives its URI. The whole is never in memory. The name is random with
 * the extension, unless one is given. @throws InvalidUriError when what is given leads to another folder
 */
export async function storeNew(
  context: TaskContext,
  bytes: AsyncIterable<Uint8Array>,
  extension: string,
  given?: string,
): Promise<string> {
  const name = `${newId()}${extension}`;
  const local = join(context.workDir, `.${name}`);
  const uri = fileUri(context.storagePrefix, given ?? name);
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), createWriteStream(local, { flags: 'wx' }));
    await context.storage.putFile(uri, local, { move: true });
  } finally {
    await rm(local, { force: true });
  }
  return uri;
}
