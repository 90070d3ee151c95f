import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { recordsOf } from '../../files/records.ts';
import { newId } from '../../model/ids.ts';
import { textProperty } from '../properties.ts';
import type { RunnableTaskType } from '../task-type.ts';
import { storeNew, uriProperty } from './stored-file.ts';

/** Puts the lines of a stored file into the opposite order. */
export const reverse: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.Reverse',
  aliases: ['io.kestra.core.tasks.storages.Reverse'],
  title: 'Reverse the lines of a file',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      from: z.string().meta({ title: 'The kestra:/// URI of the file' }),
      separator: z.string().optional().meta({ title: 'What ends a line', default: '\n' }),
      charset: z.enum(['UTF-8', 'utf-8']).optional().meta({ title: 'The encoding of the file', default: 'UTF-8' }),
    }),
  async run(context) {
    const { properties } = context.task;
    const from = await uriProperty('from', properties.from, context.expressions);
    const separator = Buffer.from((await textProperty(properties.separator, context.expressions)) || '\n');
    const local = join(context.workDir, `.${newId()}`);
    try {
      await context.storage.getFile(from, local);
      const uri = await storeNew(context, reversed(local, separator), '.tmp');
      return { state: 'SUCCESS', outputs: { uri } };
    } finally {
      await rm(local, { force: true });
    }
  },
};

/** Only the places of the records are held in memory, not the records. */
async function* reversed(path: string, separator: Buffer): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const sizes: number[] = [];
    for await (const record of recordsOf(file.createReadStream({ autoClose: false }), separator))
      sizes.push(record.length);
    let start = sizes.reduce((sum, size) => sum + size + separator.length, 0);
    for (let size = sizes.pop(); size !== undefined; size = sizes.pop()) {
      start -= size + separator.length;
      const { buffer } = await file.read(Buffer.alloc(size), 0, size, start);
      yield buffer;
      yield separator;
    }
  } finally {
    await file.close();
  }
}
