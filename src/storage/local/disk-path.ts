/** Between the segments of a URI and a path below the storage's folder. */
import { join } from 'node:path';
import { InvalidUriError } from '../storage.ts';

/** Linux and macOS allow 255 bytes a name. Encoded segments are ASCII: a character is a byte. */
const longest = 240;

/** Ends the name of a folder that holds the rest of a segment too long for one name. No encoded segment ends so. */
const continued = '%';

/** Linux's PATH_MAX is 4096 bytes, less what a temporary file's name adds. */
const longestPath = 4000;

/**
 * The path for encoded segments; a segment too long for one name becomes several folders.
 * @throws InvalidUriError for a path that no file system takes
 */
export function diskPath(root: string, segments: readonly string[]): string {
  const path = join(root, ...segments.flatMap(pieces));
  if (path.length <= longestPath) return path;
  throw new InvalidUriError(
    `A file's name is too long to be stored: its path would have ${path.length} characters, and ${longestPath} can be kept. It begins with ${segments.join('/').slice(0, 200)}.`,
  );
}

function pieces(segment: string): readonly string[] {
  const names: string[] = [];
  let rest = segment;
  while (rest.length > longest) {
    const piece = rest.slice(0, longest).replace(/%[0-9A-F]?$/, '');
    names.push(piece + continued);
    rest = rest.slice(piece.length);
  }
  return [...names, rest];
}

/** The URI's text for a name found on disk in the folder of `parent`; the inverse of `diskPath`. */
export function uriBelow(parent: string, name: string): string {
  return parent.endsWith(continued) ? parent.slice(0, -continued.length) + name : `${parent}/${name}`;
}
