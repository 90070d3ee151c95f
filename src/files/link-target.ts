/** Where a symbolic link may lead. */
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/**
 * A link's target, relative to the link, when it lies inside the folder; undefined when it leads out. Decided from the
 * texts alone, so that nothing is followed.
 *
 * @param link absolute path of the link, in the first spelling of the folder
 * @param folders absolute spellings of the folder: as given, and with its own links resolved (`/tmp`, `/private/tmp`)
 */
export function linkTargetInside(link: string, target: string, folders: readonly string[]): string | undefined {
  const absolute = resolve(dirname(link), target);
  const folder = folders.find(candidate => isInside(candidate, absolute));
  if (folder === undefined) return undefined;
  if (!isAbsolute(target)) return target;
  const inOwnSpelling = join(folders[0] ?? folder, relative(folder, absolute));
  return relative(dirname(link), inOwnSpelling) || '.';
}

/** True for the folder itself and for what is below it. Both are absolute and normalised. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
