import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { recordsOf } from '../../files/records.ts';
import { newId } from '../../model/ids.ts';
import { fileUri } from '../../storage/uris.ts';
import { textProperty } from '../properties.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';
import { uriProperty } from './stored-file.ts';

/** Divides a stored file into smaller ones, between lines. */
export const split: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.Split',
  aliases: ['io.kestra.core.tasks.storages.Split'],
  title: 'Divide a file',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      from: z.string().meta({ title: 'The kestra:/// URI of the file' }),
      bytes: z.string().optional().meta({ title: 'The size of each part, such as 10MB' }),
      partitions: z.string().optional().meta({ title: 'The number of parts; lines go to them in turn' }),
      rows: z.string().optional().meta({ title: 'The number of lines of each part' }),
      separator: z.string().optional().meta({ title: 'What ends a line', default: '\n' }),
    }),
  async run(context) {
    const from = await uriProperty('from', context.task.properties.from, context.expressions);
    return { state: 'SUCCESS', outputs: { uris: await splitFile(from, context) } };
  },
};

/** Divides a file by the task's bytes, partitions, rows and separator; the URIs of the parts in order. */
export async function splitFile(from: string, context: TaskContext): Promise<readonly string[]> {
  const { properties } = context.task;
  const separator = Buffer.from((await textProperty(properties.separator, context.expressions)) || '\n');
  const rule = await ruleOf(context);
  const parts = new Parts(context, properties.partitions !== undefined);
  try {
    for await (const record of recordsOf(await context.storage.get(from), separator)) {
      const line = Buffer.concat([record, separator]);
      await parts.write(rule(line.length), line);
    }
    return await parts.store();
  } finally {
    await parts.discard();
  }
}

/** Tells the number of the part that the next line of that many bytes belongs to. */
type Rule = (bytes: number) => number;

async function ruleOf({ task: { properties }, expressions }: TaskContext): Promise<Rule> {
  const given = async (name: string) => {
    const value = await textProperty(properties[name], expressions);
    return value === undefined ? undefined : countOf(name, value);
  };
  const [bytes, partitions, rows] = [await given('bytes'), await given('partitions'), await given('rows')];
  let [part, filled, lines] = [0, 0, 0];
  if (partitions !== undefined) return () => lines++ % partitions;
  if (bytes === undefined && rows === undefined)
    throw new TaskError('One of bytes, partitions and rows must be given.');
  return length => {
    const full = lines > 0 && (lines >= (rows ?? Infinity) || filled + length > (bytes ?? Infinity));
    if (full) [part, filled, lines] = [part + 1, 0, 0];
    filled += length;
    lines += 1;
    return part;
  };
}

function countOf(name: string, value: string): number {
  const [, digits, unit = ''] = /^\s*(\d+)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(value) ?? [];
  const count = Number(digits) * 1024 ** ' kmgt'.indexOf(unit.toLowerCase() || ' ');
  if (!(count > 0) || (name !== 'bytes' && unit !== '')) {
    throw new TaskError(
      `The property ${name} must be a number above 0${name === 'bytes' ? ', such as 10MB' : ''}, but it is "${value}".`,
    );
  }
  return count;
}

/** The parts on this machine, until they are stored. */
class Parts {
  readonly #context: TaskContext;
  readonly #inTurn: boolean;
  readonly #open = new Map<number, Part>();
  readonly #uris: string[] = [];

  /** @param inTurn lines go to all parts in turn; else a part is complete once a line goes to the next */
  constructor(context: TaskContext, inTurn: boolean) {
    this.#context = context;
    this.#inTurn = inTurn;
  }

  async write(number: number, line: Buffer): Promise<void> {
    let part = this.#open.get(number);
    if (!part) {
      // One open file at a time: a part for each line of a big file would be too many.
      if (!this.#inTurn) await this.store();
      part = await Part.create(this.#context.workDir);
      this.#open.set(number, part);
    }
    await part.write(line);
  }

  /** Stores what is complete; the URIs of all parts in order. */
  async store(): Promise<readonly string[]> {
    for (const [number, part] of this.#open) {
      const uri = fileUri(this.#context.storagePrefix, part.name);
      await part.close();
      await this.#context.storage.putFile(uri, part.local, { move: true });
      await part.discard();
      this.#open.delete(number);
      this.#uris.push(uri);
    }
    return this.#uris;
  }

  async discard(): Promise<void> {
    for (const part of this.#open.values()) await part.discard();
  }
}

/** One file that lines are gathered for. */
class Part {
  readonly name: string;
  readonly local: string;
  readonly #file: FileHandle;
  #lines: Buffer[] = [];
  #waiting = 0;

  static async create(dir: string): Promise<Part> {
    const name = `${newId()}.tmp`;
    const local = join(dir, `.${name}`);
    return new Part(name, local, await open(local, 'wx'));
  }

  constructor(name: string, local: string, file: FileHandle) {
    this.name = name;
    this.local = local;
    this.#file = file;
  }

  async write(line: Buffer): Promise<void> {
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#waiting >= 65_536) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#file.close();
  }

  /** Closes and removes it, whatever happened to it. */
  async discard(): Promise<void> {
    if (this.#file.fd >= 0) await this.#file.close();
    await rm(this.local, { force: true });
  }

  async #flush(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    this.#waiting = 0;
    await this.#file.appendFile(Buffer.concat(lines));
  }
}
