/** A task's `inputFiles`: what is written into its working directory before it runs. */

import { constants, lstatSync, writeFileSync } from 'node:fs';
import { copyFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { parseJson, writeJson } from '../model/json.ts';
import { UserError } from '../model/user-error.ts';
import { isMap, type Value } from '../model/value.ts';
import type { Storage } from '../storage/storage.ts';
import { namedNamespaceFile } from '../storage/uris.ts';
import { makeInnerFolder } from './inner-folder.ts';
import { LocalFileError, namedLocalFile } from './local-file.ts';
import { smallFile } from './small-file.ts';

/** Something is wrong with a name or a value that the user gave. The message says what. */
export class InputFileError extends UserError {}

/** Where files are found that the property names instead of giving their contents. */
export interface FileSources {
  readonly storage: Storage;
  /** Whose files `nsfile:///…` names. Without it that is a text as any other. */
  readonly namespace?: string;
  /** The folders of this machine that `file:///…` may name files of, beside the working directory. Likewise. */
  readonly allowedPaths?: readonly string[];
}

/** Content by name: text, or the `kestra:///` URI of a stored file. */
function readProperty(property: Value): ReadonlyMap<string, string> {
  const fromText = typeof property === 'string';
  const map = fromText ? parseText(property) : property;
  if (!isMap(map)) {
    throw new InputFileError('inputFiles must be a map from file names to contents, or a JSON object as text.');
  }
  const files = new Map<string, string>();
  for (const [name, value] of Object.entries(map)) {
    if (value !== null) files.set(name, contentOf(value));
    else if (fromText) files.set(name, '');
  }
  return files;
}

function parseText(text: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputFileError(`inputFiles is a text, but not a JSON object: ${reason}`);
  }
}

function contentOf(value: Value): string {
  if (typeof value === 'string') return value;
  return value !== null && typeof value === 'object' ? writeJson(value) : String(value);
}

/**
 * Writes what the rendered property holds, over what is there. It is a map, or a text that holds a JSON object, from
 * names to contents: text, the address of a file (`kestra:///`, `nsfile:///`, `file:///`), or another value, which is
 * written as JSON. Null values of a map are dropped, those of a JSON text are empty files, as in Kestra's FilesService.
 *
 * Folders on the way are made; nothing is added to the content. An absolute name counts from the working directory, as
 * in Kestra; a name that leads out of it is refused, also through a link.
 *
 * @throws InputFileError
 * @throws NotFoundError when a stored file is not there
 */
export async function writeInputFiles(workDir: string, property: Value, sources: FileSources): Promise<void> {
  const files = readProperty(property);
  if (files.size === 0) return;
  const root = await realpath(workDir);
  for (const [name, content] of files) {
    const target = join(root, safeName(name));
    await makeFolder(root, dirname(target), name);
    // A link at the name is replaced, not followed.
    const found = lstatSync(target, { throwIfNoEntry: false });
    if (found?.isDirectory()) {
      throw new InputFileError(`The input file "${name}" cannot be written: a folder has that name.`);
    }
    if (found) await rm(target);
    const stored = storedFile(content, sources);
    const local = sources.allowedPaths && (await namedFile(name, content, [root, ...sources.allowedPaths]));
    if (stored !== undefined) await sources.storage.getFile(stored, target);
    else if (local !== undefined) await copyFile(local, target, constants.COPYFILE_EXCL);
    else if (content.length <= smallFile) writeFileSync(target, content, { flag: 'wx' });
    else await writeFile(target, content, { flag: 'wx' });
  }
}

function storedFile(content: string, { namespace }: FileSources): string | undefined {
  if (content.startsWith('kestra://')) return content.trim();
  return namespace === undefined ? undefined : namedNamespaceFile(content, namespace);
}

async function namedFile(name: string, content: string, folders: readonly string[]): Promise<string | undefined> {
  try {
    return await namedLocalFile(content, folders);
  } catch (error) {
    throw error instanceof LocalFileError ? new InputFileError(`The input file "${name}": ${error.message}`) : error;
  }
}

/** The name relative to the working directory, normalised. @throws InputFileError when it leads out of it. */
function safeName(name: string): string {
  const normal = posix.normalize(name).replace(/^\/+/, '');
  if (name.includes('\0'))
    throw new InputFileError(`The input file name ${JSON.stringify(name)} has a zero byte in it.`);
  // An absolute name cannot climb: normalising has taken its `..` away already.
  if (normal === '..' || normal.startsWith('../')) {
    throw new InputFileError(
      `The input file "${name}" would lie outside the working directory; use a name without "..".`,
    );
  }
  if (normal === '' || normal === '.' || normal.endsWith('/')) {
    throw new InputFileError(`The input file name "${name}" names a folder, not a file.`);
  }
  return normal;
}

async function makeFolder(root: string, folder: string, name: string): Promise<void> {
  const inTheWay = await makeInnerFolder(root, folder);
  if (inTheWay === 'link') {
    throw new InputFileError(
      `The input file "${name}" would be written through a link that leads out of the working directory.`,
    );
  }
  if (inTheWay === 'file') {
    throw new InputFileError(`The input file "${name}" cannot be written: a part of its path is a file.`);
  }
}
